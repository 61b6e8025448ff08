"""The port to Kafka: messages in, for each what became of it; and Kafka behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Any, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError

from services.runtime.kafka_python import producer
from services.runtime.settings import KafkaSettings

_OVERHEAD_BYTES = 16_384  # a message's key, headers and framing, beside its value


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One Kafka message."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Sent(StrEnum):
    """What became of a message."""

    ACKNOWLEDGED = "acknowledged"
    """Every in-sync replica has it."""
    TOO_LARGE = "too_large"
    """The broker takes no message of this size, however often it is sent."""
    UNACKNOWLEDGED = "unacknowledged"
    """Nobody has confirmed it; it may be there all the same."""


class Publisher(Protocol):
    """Where messages go. Called from several threads at once."""

    def publish(self, topic: str, messages: Sequence[Outgoing]) -> list[Sent]:
        """Send the messages and wait for what becomes of each, in their order; never an error, and never for long."""


class KafkaPublisher:
    """Kafka. A message counts once every in-sync replica has it; one given up on is not sent later.

    A message whose acknowledgement is lost on its way may be there although it is `UNACKNOWLEDGED`.
    """

    def __init__(self, client: KafkaProducer, *, seconds: float) -> None:
        self._client = client
        self._seconds = seconds

    def publish(self, topic: str, messages: Sequence[Outgoing]) -> list[Sent]:
        """Send and wait, all in all about as long as the limit; see the port."""
        until = monotonic() + self._seconds
        sending = [self._sending(topic, message, until) for message in messages]
        return [one if isinstance(one, Sent) else _outcome(one, until) for one in sending]

    def _sending(self, topic: str, message: Outgoing, until: float) -> Any:  # noqa: ANN401 - kafka-python has no types
        if monotonic() >= until:  # each send may wait for the topic's whereabouts; all together may not
            return Sent.UNACKNOWLEDGED
        try:
            return self._client.send(topic, key=message.key, value=message.value, headers=list(message.headers))
        except KafkaError as error:
            return _failure(error)


def _outcome(future: Any, until: float) -> Sent:  # noqa: ANN401
    try:
        future.get(timeout=max(0.0, until - monotonic()))
    except KafkaError as error:
        return _failure(error)
    return Sent.ACKNOWLEDGED


def _failure(error: KafkaError) -> Sent:
    return Sent.TOO_LARGE if isinstance(error, MessageSizeTooLargeError) else Sent.UNACKNOWLEDGED


def kafka_client(settings: KafkaSettings, *, seconds: float, message_bytes: int) -> KafkaProducer:
    """A producer that gives a message up after so many seconds, having tried at least twice.

    Raises:
        Unavailable: no broker answers.
    """
    milliseconds = int(seconds * 1000)
    return producer(
        settings,
        delivery_timeout_ms=milliseconds,
        request_timeout_ms=milliseconds // 2 - 10,  # the library wants it below the delivery's less the lingering
        max_block_ms=milliseconds,
        reconnect_backoff_max_ms=1000,  # a broker that comes back is found this soon
        max_request_size=message_bytes + _OVERHEAD_BYTES,
    )
