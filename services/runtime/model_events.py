"""The topic of model events, for those who announce models and those who must know what serves.

The topic is compacted and small, so it is read whole and without a group. The newest event of a model says what serves.
"""

import logging
from collections.abc import Iterator

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from pydantic import ValidationError

from schemas import ModelEventV1
from services.runtime.errors import Unavailable
from services.runtime.kafka_python import consumer, producer
from services.runtime.settings import ProcessSettings

log = logging.getLogger(__name__)

_SECONDS = 30.0
"""How long the broker has to answer."""


def latest(settings: ProcessSettings) -> ModelEventV1 | None:
    """The newest event of the settings' model, or None while there is none; other models' events are passed over.

    Raises:
        Unavailable: no broker answers, or it does not hand out the whole topic in time.
    """
    newest = None
    for value in _values(settings):
        event = _read(value)
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


def _values(settings: ProcessSettings) -> Iterator[bytes]:
    """The topic's values from its beginning to where it ends now, oldest first within a partition."""
    client = consumer(settings.kafka, group=None)
    try:
        places = client.partitions_for_topic(settings.topics.models) or set()
        partitions = [TopicPartition(settings.topics.models, place) for place in sorted(places)]
        if partitions:
            yield from _until_end(client, partitions)
    except KafkaError as error:
        raise Unavailable(f"{settings.topics.models} cannot be read: {type(error).__name__}") from error
    finally:
        client.close()


def _until_end(client: KafkaConsumer, partitions: list[TopicPartition]) -> Iterator[bytes]:
    client.assign(partitions)
    client.seek_to_beginning(*partitions)
    ends = client.end_offsets(partitions)
    silent = 0.0
    while any(client.position(partition) < ends[partition] for partition in partitions):
        polled = client.poll(timeout_ms=1000)
        silent = 0.0 if polled else silent + 1.0
        if silent >= _SECONDS:
            raise Unavailable(f"{partitions[0].topic} was not handed out within {_SECONDS:.0f} s")
        for records in polled.values():
            yield from (record.value for record in records if record.value is not None)


def _read(value: bytes) -> ModelEventV1 | None:
    try:
        return ModelEventV1.from_bytes(value)
    except ValidationError:
        log.warning("a model event cannot be read and is passed over", extra={"bytes": len(value)})
        return None
