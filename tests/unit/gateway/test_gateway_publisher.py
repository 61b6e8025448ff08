"""The fake publisher keeps the port's contract, as Kafka's does in tests/integration."""

import pytest

from tests.gateways import FakePublisher
from tests.unit.gateway.publisher_contract import PublisherContract


class TestFakePublisher(PublisherContract):
    """The stand-in."""

    @pytest.fixture
    def publisher(self) -> FakePublisher:
        return FakePublisher()

    @pytest.fixture
    def topic(self) -> str:
        return "siem.alerts"
