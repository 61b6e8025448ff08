"""Dead letters: a refused message made into its record, and the alarm for when too many are refused."""

import hashlib
from collections import deque
from datetime import datetime

from schemas import DeadLetterReason, DeadLetterV1, SourceCoordinates
from schemas.dead_letter import BODY_LIMIT

_DETAIL_LIMIT = 1024


def dead_letter(
    *,
    service: str,
    origin: SourceCoordinates,
    reason: DeadLetterReason,
    detail: str,
    value: bytes | None,
    now: datetime,
) -> DeadLetterV1:
    """The record of a refused message: where it stood, why it was refused, and as many of its bytes as fit the topic.

    `value` is Kafka's value as it came; null counts as empty. `now` is UTC.
    """
    body = value or b""
    return DeadLetterV1(
        service=service,
        origin=origin,
        reason=reason,
        detail=_writable(detail)[:_DETAIL_LIMIT],
        body=body[:BODY_LIMIT],
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        occurred_at=now,
    )


def dead_letter_key(origin: SourceCoordinates) -> bytes:
    """The message key of a dead letter: its source coordinates, so that a repeat carries the same key."""
    return f"{origin.topic}:{origin.partition}:{origin.offset}:{origin.index}".encode()


def _writable(detail: str) -> str:
    """The detail without lone surrogates, which UTF-8 cannot carry."""
    return detail.encode(errors="replace").decode()


class DeadLetterAlarm:
    """The share of refused messages among the most recent ones, and whether it is above the bound.

    A producer that changed its format would otherwise see its whole stream dead-lettered without anybody noticing.
    One message counts once, however many alerts it held. Below `least` messages no share is alarming.
    """

    def __init__(self, *, bound: float, window: int, least: int = 20) -> None:
        self._bound = bound
        self._least = min(least, window)
        self._recent: deque[bool] = deque(maxlen=window)
        self._refused = 0

    def saw(self, *, refused: bool) -> None:
        """Count one more message."""
        if len(self._recent) == self._recent.maxlen:
            self._refused -= self._recent[0]
        self._recent.append(refused)
        self._refused += refused

    @property
    def share(self) -> float:
        """Refused messages among the recent ones, between 0 and 1."""
        return self._refused / len(self._recent) if self._recent else 0.0

    @property
    def ringing(self) -> bool:
        """Whether the share is above the bound."""
        return len(self._recent) >= self._least and self.share > self._bound
