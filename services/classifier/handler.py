"""One message in, what is to be done about it out: alerts to judge, or dead letters. Plain functions, no Kafka."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from schemas import AlertV1, DeadLetterReason, DeadLetterV1, SourceCoordinates
from services.core.context import CLAMP
from services.runtime.dead_letters import dead_letter
from services.runtime.format_header import format_of
from services.siem.reading import Reader
from services.siem.refusal import Refusal

SERVICE = "classifier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message as Kafka delivered it. `produced_at` is Kafka's timestamp as `time_of` reads it, `received_at` this
    process's clock, UTC.
    """

    value: bytes | None
    format_name: str | None
    topic: str
    partition: int
    offset: int
    produced_at: datetime
    received_at: datetime


class Delivered(Protocol):
    """A message as Faust and aiokafka have it, but for its timestamp, which is seconds there and milliseconds here."""

    value: Any
    headers: Any
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One alert that was read, and where it stood."""

    alert: AlertV1
    origin: SourceCoordinates


def incoming_of(
    message: Delivered, *, timestamp: float | None, now: datetime, otherwise: datetime | None = None
) -> Incoming:
    """A delivered message, its timestamp in epoch seconds, read as `time_of` does, at `now` by our clock (UTC)."""
    return Incoming(
        value=message.value,
        format_name=format_of(message.headers),
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        produced_at=time_of(timestamp, now=now, otherwise=otherwise),
        received_at=now,
    )


def handle(incoming: Incoming, *, reader: Reader, now: datetime) -> tuple[Reading | DeadLetterV1, ...]:
    """Everything a message holds, in its order; at least one item, whatever the bytes are."""
    try:
        found = reader.read_alerts(incoming.value, format_name=incoming.format_name, received_at=incoming.produced_at)
    except Exception as error:  # noqa: BLE001 - a reader's bug must cost one message, not the stream
        return (refused(incoming, reason=DeadLetterReason.INTERNAL_ERROR, detail=type(error).__name__, now=now),)
    if not found:
        return (refused(incoming, reason=DeadLetterReason.EMPTY, detail="no alert in the message", now=now),)
    return tuple(_outcome(incoming, index, each, now) for index, each in enumerate(found))


def refused(
    incoming: Incoming, *, reason: DeadLetterReason, detail: str, now: datetime, index: int = 0
) -> DeadLetterV1:
    """The dead letter of a message, or of the alert at `index` within it."""
    return dead_letter(
        service=SERVICE,
        origin=_origin(incoming, index),
        reason=reason,
        detail=detail,
        value=incoming.value,
        now=now,
    )


def time_of(timestamp: float | None, *, now: datetime, otherwise: datetime | None = None) -> datetime:
    """Kafka's timestamp (epoch seconds) as UTC; where there is none or it cannot be, `otherwise`, or else `now`.

    It may be any 64-bit number a producer wrote. One that lies in the future would let a context's sums stand still
    until then. Five minutes ahead of us it may be, as far as an alert's own time may be from it: clocks differ.
    """
    if timestamp is None or not 0 < timestamp <= (now + CLAMP).timestamp():
        return otherwise or now
    return datetime.fromtimestamp(timestamp, tz=UTC)


def any_refused(outcomes: Sequence[Reading | DeadLetterV1]) -> bool:
    """Whether anything in the message was refused."""
    return any(isinstance(outcome, DeadLetterV1) for outcome in outcomes)


def _outcome(incoming: Incoming, index: int, found: AlertV1 | Refusal, now: datetime) -> Reading | DeadLetterV1:
    if isinstance(found, Refusal):
        return refused(incoming, reason=found.reason, detail=found.detail, now=now, index=index)
    return Reading(alert=found, origin=_origin(incoming, index))


def _origin(incoming: Incoming, index: int) -> SourceCoordinates:
    return SourceCoordinates(topic=incoming.topic, partition=incoming.partition, offset=incoming.offset, index=index)
