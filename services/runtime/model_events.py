"""The topic of model events, for those who announce models and those who must know what serves.

The topic is compacted and small, so it is read whole and without a group. The newest event of a model says what serves.
"""

import logging

from kafka.errors import KafkaError
from pydantic import ValidationError

from schemas import ModelEventV1
from services.runtime.errors import Unavailable
from services.runtime.kafka_python import producer
from services.runtime.settings import ProcessSettings
from services.runtime.topic_contents import everything

log = logging.getLogger(__name__)

_SECONDS = 30.0
"""How long the broker has to answer."""


def latest(settings: ProcessSettings) -> ModelEventV1 | None:
    """The newest event of the settings' model, or None while there is none; other models' events are passed over.

    Raises:
        Unavailable: no broker answers, or it does not hand out the whole topic in time.
    """
    newest = None
    for record in everything(settings.kafka, settings.topics.models):
        event = _read(record.value) if record.value is not None else None
        if event is not None and event.model_name == settings.store.model_name:
            newest = event
    return newest


def announce(settings: ProcessSettings, event: ModelEventV1) -> None:
    """Publish an event and wait until every in-sync replica has it.

    Raises:
        Unavailable: no broker answers, or none acknowledges.
    """
    client = producer(settings.kafka)
    try:
        sent = client.send(settings.topics.models, key=event.model_name.encode(), value=event.to_bytes())
        sent.get(timeout=_SECONDS)
    except KafkaError as error:
        raise Unavailable(f"{settings.topics.models} did not take the event: {type(error).__name__}") from error
    finally:
        client.close(timeout=5)


def _read(value: bytes) -> ModelEventV1 | None:
    try:
        return ModelEventV1.from_bytes(value)
    except ValidationError:
        log.warning("a model event cannot be read and is passed over", extra={"bytes": len(value)})
        return None
