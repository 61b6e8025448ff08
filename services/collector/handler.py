"""From messages to what is to be stored: a plain function, whatever the bytes are."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import ValidationError

from schemas import DeadLetterReason, DeadLetterV1, FeedbackV1, ScoreV1, SourceCoordinates
from services.runtime.buffer import ReadVerdict
from services.runtime.dead_letters import dead_letter
from services.siem.reading import Reader, Refusal

SERVICE = "collector"
_MOST_PROBLEMS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One Kafka message. `timestamp_ms` is Kafka's (epoch milliseconds), negative where there is none."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    value: bytes | None
    format_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What a batch of messages came to. `refused` tells for each message whether anything in it was."""

    scores: list[ScoreV1] = field(default_factory=list)
    verdicts: list[ReadVerdict] = field(default_factory=list)
    dead_letters: list[DeadLetterV1] = field(default_factory=list)
    refused: list[bool] = field(default_factory=list)


def handle(messages: Iterable[Incoming], *, reader: Reader, feedback_topic: str, now: datetime) -> Handled:
    """Read each message: verdicts from the feedback topic, scores from any other. `now` is UTC."""
    handled = Handled()
    for message in messages:
        known = len(handled.dead_letters)
        if message.topic == feedback_topic:
            _take_verdicts(message, handled, reader=reader, now=now)
        else:
            _take_score(message, handled, now=now)
        handled.refused.append(len(handled.dead_letters) > known)
    return handled


def _take_verdicts(message: Incoming, handled: Handled, *, reader: Reader, now: datetime) -> None:
    # Kafka's time, not the clock's: a verdict that says no time of its own must read the same when delivered again.
    for index, outcome in enumerate(_read_verdicts(message, reader, received_at=_received_at(message, now))):
        if isinstance(outcome, Refusal):
            handled.dead_letters.append(_dead_letter(message, outcome, now=now))
        else:
            handled.verdicts.append(ReadVerdict(feedback=outcome, origin=_origin(message, index)))


def _read_verdicts(message: Incoming, reader: Reader, *, received_at: datetime) -> tuple[FeedbackV1 | Refusal, ...]:
    try:
        return reader.read_feedback(message.value, format_name=message.format_name, received_at=received_at)
    except Exception as error:  # noqa: BLE001 - a reader's bug must cost one message, not the stream
        return (Refusal(reason=DeadLetterReason.INTERNAL_ERROR, detail=type(error).__name__),)


def _take_score(message: Incoming, handled: Handled, *, now: datetime) -> None:
    outcome = _read_score(message.value)
    if isinstance(outcome, Refusal):
        handled.dead_letters.append(_dead_letter(message, outcome, now=now))
    else:
        handled.scores.append(outcome)


def _read_score(value: bytes | None) -> ScoreV1 | Refusal:
    if not value:
        return Refusal(reason=DeadLetterReason.EMPTY, detail="the message has no value")
    try:
        return ScoreV1.from_bytes(value)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        unparsed = problems[0]["type"] == "json_invalid"
        where = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problems[:_MOST_PROBLEMS]]
        reason = DeadLetterReason.NOT_JSON if unparsed else DeadLetterReason.INVALID_SCORE
        return Refusal(reason=reason, detail="; ".join(where))


def _dead_letter(message: Incoming, refusal: Refusal, *, now: datetime) -> DeadLetterV1:
    return dead_letter(
        service=SERVICE,
        origin=_origin(message, refusal.index),
        reason=refusal.reason,
        detail=refusal.detail,
        value=message.value,
        now=now,
    )


def _origin(message: Incoming, index: int) -> SourceCoordinates:
    return SourceCoordinates(topic=message.topic, partition=message.partition, offset=message.offset, index=index)


def _received_at(message: Incoming, now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(message.timestamp_ms / 1000, tz=UTC) if message.timestamp_ms >= 0 else now
    except (ValueError, OverflowError, OSError):  # beyond the calendar: the producer sets it, and may set nonsense
        return now
