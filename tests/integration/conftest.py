"""A real Kafka for the whole session, and names that no other test uses."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from services.sandbox.broker import EmbeddedKafka


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
