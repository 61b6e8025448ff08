"""The topic of model events, read whole and without a group."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from schemas import Candidate, ModelEvent, ModelEventV1, Serving
from services.runtime.errors import Unavailable
from services.runtime.kafka_python import admin, producer
from services.runtime.model_events import announce, latest
from services.runtime.settings import KafkaSettings, ProcessSettings, TopicSettings
from services.sandbox.broker import EmbeddedKafka


def _event(version: str, *, model: str = "alerts") -> ModelEventV1:
    return ModelEventV1(
        model_name=model,
        event=ModelEvent.PROMOTED,
        candidate=Candidate(version=version, metrics={"f1": 0.5}, reasons=("good",)),
        serving=Serving(version=version, uri=f"models/{version}", manifest_sha256="0" * 64),
        occurred_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


@pytest.fixture
def settings(kafka: EmbeddedKafka, topic_name: Callable[..., str]) -> ProcessSettings:
    """A models topic of the test's own, of three partitions so that reading it whole means more than one."""
    topic = topic_name("models")
    settings = ProcessSettings(
        kafka=KafkaSettings(bootstrap_servers=kafka.bootstrap), topics=TopicSettings(models=topic)
    )
    client = admin(settings.kafka)
    configs = {"cleanup.policy": "compact"}
    client.create_topics(
        {topic: {"num_partitions": 3, "replication_factor": 1, "configs": configs}}, wait_for_metadata=True
    )
    client.close()
    return settings


def test_before_any_model_there_is_no_event(settings: ProcessSettings) -> None:
    """An empty topic, and one that does not exist."""
    assert latest(settings) is None
    missing = settings.model_copy(update={"topics": TopicSettings(models=f"{settings.topics.models}-missing")})
    assert latest(missing) is None


def test_the_newest_event_of_the_own_model_counts(settings: ProcessSettings) -> None:
    """Whatever else lies in the topic: other models, tombstones, and what nobody can read."""
    for number in range(5):
        announce(settings, _event(f"v{number}"))
        announce(settings, _event(f"other-{number}", model="phishing"))
    client = producer(settings.kafka)
    for key, value in ((b"alerts", b"not json"), (b"alerts", None), (b"alerts", b'{"schema_version":99}')):
        client.send(settings.topics.models, key=key, value=value).get(timeout=30)
    client.close()
    assert latest(settings) == _event("v4")


def test_an_announcement_that_nobody_took_is_an_error(settings: ProcessSettings) -> None:
    """The trainer must know whether classifiers will hear of its model."""
    nowhere = ProcessSettings(kafka=KafkaSettings(bootstrap_servers="127.0.0.1:1"))
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
        announce(nowhere, _event("v1"))
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
        latest(nowhere)
