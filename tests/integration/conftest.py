"""A real Kafka for the whole session, names that no other test uses, and the stage of the collector's tests."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.sandbox.broker import EmbeddedKafka
from tests.integration.collector_stage import Stage, stage_on


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """A running broker; `.bootstrap` is its address. Tests that stop a broker start one of their own."""
    with EmbeddedKafka(data_dir=tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.fixture
def topic_name() -> Callable[..., str]:
    """Give a new topic (or group) name at each call, beginning with what it is for."""

    def new(purpose: str = "topic") -> str:
        return f"{purpose}-{uuid.uuid4().hex[:12]}"

    return new


@pytest.fixture
def stage(kafka: EmbeddedKafka, topic_name: Callable[..., str], tmp_path: Path) -> Stage:
    """Topics and a buffer of the test's own. Tests of other services have a stage of theirs."""
    stage = stage_on(kafka.bootstrap, folder=tmp_path, new_name=topic_name)
    stage.make_topics()
    return stage
