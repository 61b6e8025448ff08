"""From a request's bytes to messages for Kafka and each item's outcome: plain functions, whatever the bytes are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas import AlertV1, DeadLetterReason, FeedbackV1
from services.gateway.publisher import Outgoing, Publisher, Sent
from services.gateway.receipt import Item, Outcome
from services.gateway.settings import Right, Sender
from services.runtime.format_header import format_headers
from services.siem.identity import message_key
from services.siem.known import IsKnown
from services.siem.reading import Read
from services.siem.refusal import Refusal

ANALYST_NOT_ALLOWED = "analyst_not_allowed"
NOT_ACKNOWLEDGED = "not_acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way through the gateway: what goes to which topic, and how it is read there."""

    right: Right
    topic: str
    read: Read
    is_known: IsKnown


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An item with its outcome so far, and the message it is to become where it is not refused."""

    item: Item
    message: Outgoing | None = None


def judge(
    values: Iterable[bytes],
    *,
    route: Route,
    sender: Sender,
    format_name: str | None,
    received_at: datetime,
    message_bytes: int,
) -> list[Judged]:
    """What becomes of each item, short of sending it; `received_at` is UTC.

    Items are read as the classifier and the collector will read them, only to tell the sender what they would say.
    """
    headers = tuple(format_headers(format_name))
    return [
        _refused(index, DeadLetterReason.TOO_LARGE, f"{len(value)} bytes; a message may have {message_bytes}")
        if len(value) > message_bytes
        else _judged(index, value, headers, sender, _read(route, value, format_name, received_at))
        for index, value in enumerate(values)
    ]


def _read(
    route: Route, value: bytes, format_name: str | None, received_at: datetime
) -> tuple[AlertV1 | FeedbackV1 | Refusal, ...]:
    try:
        return route.read(value, format_name=format_name, received_at=received_at)
    except Exception as error:  # noqa: BLE001 - a reader's bug must cost one item, not the request
        return (Refusal(reason=DeadLetterReason.INTERNAL_ERROR, detail=type(error).__name__),)


def _judged(
    index: int,
    value: bytes,
    headers: tuple[tuple[str, bytes], ...],
    sender: Sender,
    outcomes: Sequence[AlertV1 | FeedbackV1 | Refusal],
) -> Judged:
    read = [outcome for outcome in outcomes if not isinstance(outcome, Refusal)]
    for outcome in read:
        if isinstance(outcome, FeedbackV1) and not sender.may_speak_for(outcome.analyst):
            return _refused(index, ANALYST_NOT_ALLOWED, "this sender may not send this analyst's verdicts")
    if not read:
        first = next(outcome for outcome in outcomes if isinstance(outcome, Refusal))
        return _refused(index, first.reason, first.detail)
    item = Item(index=index, outcome=Outcome.ACCEPTED, alert_ids=tuple(each.alert_id for each in read))
    return Judged(item=item, message=Outgoing(key=message_key(read[0]), value=value, headers=headers))


def _refused(index: int, reason: str, detail: str) -> Judged:
    return Judged(item=Item(index=index, outcome=Outcome.REFUSED, reason=str(reason), detail=detail))


def deliver(judged: Sequence[Judged], publisher: Publisher, *, topic: str) -> list[Item]:
    """Send what is not refused, and give each item its last outcome, in the request's order."""
    going = [one for one in judged if one.message is not None]
    sent = publisher.publish(topic, [one.message for one in going if one.message is not None]) if going else []
    ends = {one.item.index: _end(one.item, what) for one, what in zip(going, sent, strict=True)}
    return [ends.get(one.item.index, one.item) for one in judged]


def _end(item: Item, sent: Sent) -> Item:
    match sent:
        case Sent.ACKNOWLEDGED:
            return item
        case Sent.TOO_LARGE:
            return _refused(item.index, DeadLetterReason.TOO_LARGE, "the broker takes no message of this size").item
        case Sent.UNACKNOWLEDGED:
            detail = "Kafka has not confirmed it; send it again"
            return Item(index=item.index, outcome=Outcome.UNACKNOWLEDGED, reason=NOT_ACKNOWLEDGED, detail=detail)
