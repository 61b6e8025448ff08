"""What is logged while something is away: enough to know it, and no message of Winnow's own is lost."""

import logging

import pytest
from aiokafka.errors import KafkaConnectionError

from services.runtime import aiokafka_clients
from services.runtime.errors import Unavailable
from services.runtime.logs import Repeats
from services.runtime.settings import KafkaSettings


class Log:
    """What passes, on a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self._repeats = Repeats(lambda: self.now)

    def passes(self, message: str, *args: object, name: str = "aiokafka.conn") -> logging.LogRecord | None:
        """The record, unless it is held back."""
        record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, None)
        return record if self._repeats.filter(record) else None


def test_what_a_client_says_again_is_held_back_for_a_minute_and_counted() -> None:
    """So that a broker that is away does not fill the log."""
    log = Log()
    assert log.passes("Unable to connect to %s", "one:9092")
    for _ in range(59):
        log.now += 1
        assert not log.passes("Unable to connect to %s", "one:9092")
    log.now += 1
    again = log.passes("Unable to connect to %s", "one:9092")
    assert again is not None
    assert vars(again)["held_back"] == 59


def test_another_message_passes_at_once() -> None:
    """Of another broker, or of the same library about something else."""
    log = Log()
    assert log.passes("Unable to connect to %s", "one:9092")
    assert log.passes("Unable to connect to %s", "two:9092")
    assert log.passes("Unable to connect to %s", "one:9092", name="kafka.conn")


@pytest.mark.parametrize("name", ["services.classifier.stream", "kafkaesque", "root"])
def test_of_winnows_own_messages_none_is_held_back(name: str) -> None:
    """However often it says the same."""
    log = Log()
    assert all(log.passes("no broker", name=name) for _ in range(100))


def test_messages_that_are_never_the_same_fill_no_memory() -> None:
    """They all pass, and the oldest are forgotten."""
    log = Log()
    assert all(log.passes("took %d ms", number) for number in range(10_000))
    assert not log.passes("took %d ms", 9_999)
    assert log.passes("took %d ms", 0)


class Away:
    """A client whose broker does not answer."""

    tries = 0

    async def start(self) -> None:
        """Try once."""
        self.tries += 1
        raise KafkaConnectionError


async def test_no_broker_is_said_once_with_what_to_do_and_not_at_each_try(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Then every ten seconds."""
    monkeypatch.setattr(aiokafka_clients, "_RETRY_SECONDS", 0.001)
    client = Away()
    with pytest.raises(Unavailable, match="winnow up"):
        await aiokafka_clients.start(client, KafkaSettings(bootstrap_servers="one:9092"), within_seconds=0.2)
    (record,) = caplog.records
    assert client.tries > 5
    assert "WINNOW_KAFKA__BOOTSTRAP_SERVERS" in record.getMessage()
    assert vars(record)["bootstrap_servers"] == "one:9092"
