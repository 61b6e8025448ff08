"""The way in: a Kafka message's bytes as alerts or verdicts, one outcome for each item, whatever the bytes are."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from schemas import AlertV1, DeadLetterReason, FeedbackV1
from services.siem.alerts import alert_of
from services.siem.document import Document
from services.siem.envelopes import MOST, items_of
from services.siem.feedback import feedback_of
from services.siem.fitting import UnfitError
from services.siem.parsing import parsed
from services.siem.refusal import Refusal
from services.siem.registry import FORMATS
from services.siem.shape import Marks, fits

__all__ = ["ALERT_FORMATS", "FEEDBACK_FORMATS", "Refusal", "read_alerts", "read_feedback"]

ReadT = TypeVar("ReadT", AlertV1, FeedbackV1)

_ALERTS = {each.name: each.alerts for each in FORMATS if each.alerts is not None}
_FEEDBACK = {each.name: each.feedback for each in FORMATS if each.feedback is not None}

ALERT_FORMATS: tuple[str, ...] = tuple(_ALERTS)
"""Names of the formats alerts are read in."""
FEEDBACK_FORMATS: tuple[str, ...] = tuple(_FEEDBACK)
"""Names of the formats verdicts are read in."""


def read_alerts(
    value: bytes | None, *, format_name: str | None, received_at: datetime
) -> tuple[AlertV1 | Refusal, ...]:
    """Every alert in a message, or why it is refused, in the message's order; at least one outcome, never an error.

    `format_name` is the Kafka header `format`; without it each item is recognised by fields only one vendor has.
    `received_at` (UTC) stands in for times an alert does not give.
    """
    return tuple(_ALERT_READING.outcomes(value, format_name=format_name, received_at=received_at))


def read_feedback(
    value: bytes | None, *, format_name: str | None, received_at: datetime
) -> tuple[FeedbackV1 | Refusal, ...]:
    """Every verdict in a message, or why it is refused; otherwise as `read_alerts`."""
    return tuple(_FEEDBACK_READING.outcomes(value, format_name=format_name, received_at=received_at))


class _UnnamedError(Exception):
    """No format, or more than one, can be meant."""

    def __init__(self, reason: DeadLetterReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading(Generic[ReadT]):
    """What alerts and verdicts have in common: which format is it, and one outcome for each item."""

    marks: Mapping[str, Marks]
    general: frozenset[str]
    read: Callable[[Document, str, datetime], tuple[ReadT, ...]]
    invalid: DeadLetterReason

    def outcomes(
        self, value: bytes | None, *, format_name: str | None, received_at: datetime
    ) -> Iterator[ReadT | Refusal]:
        content = parsed(value)
        items = [] if isinstance(content, Refusal) else items_of(content)
        if isinstance(content, Refusal):
            yield content
        elif not items:
            yield Refusal(reason=DeadLetterReason.EMPTY, detail="the list has no items")
        elif len(items) > MOST:
            yield Refusal(reason=DeadLetterReason.TOO_LARGE, detail=f"{len(items)} items; at most {MOST} are read")
        else:
            for index, item in enumerate(items):
                yield from self._outcomes(item, index=index, format_name=format_name, received_at=received_at)

    def _outcomes(
        self, item: object, *, index: int, format_name: str | None, received_at: datetime
    ) -> tuple[ReadT | Refusal, ...]:
        if not isinstance(item, dict):
            return (Refusal(reason=self.invalid, detail="not a JSON object", index=index),)
        document = Document(item)
        try:
            return self.read(document, self._name(document, format_name), received_at)
        except _UnnamedError as error:
            return (Refusal(reason=error.reason, detail=str(error), index=index),)
        except UnfitError as error:
            return (Refusal(reason=self.invalid, detail=str(error)[:1024], index=index),)

    def _name(self, document: Document, format_name: str | None) -> str:
        return self._recognised(document) if format_name is None else self._said(document, format_name.strip().lower())

    def _recognised(self, document: Document) -> str:
        names = self._fitting(document)
        if not names:
            raise _UnnamedError(DeadLetterReason.UNKNOWN_FORMAT, "no header `format`, and no vendor's own fields")
        if len(names) > 1:
            raise _UnnamedError(DeadLetterReason.AMBIGUOUS_FORMAT, f"fields of {' and '.join(names)}")
        return names[0]

    def _said(self, document: Document, name: str) -> str:
        """The header's format, unless all fields say that it is another vendor's: a header set wrong must be seen."""
        if name not in self.marks:
            known = ", ".join(self.marks)
            raise _UnnamedError(DeadLetterReason.UNKNOWN_FORMAT, f"no format {name[:64]!r}; known are {known}")
        if not fits(document, self.marks[name]) and (others := self._fitting(document)):
            detail = f"the header says {name}, the fields are those of {' and '.join(others)}"
            raise _UnnamedError(DeadLetterReason.AMBIGUOUS_FORMAT, detail)
        return name

    def _fitting(self, document: Document) -> list[str]:
        """The formats a document has the fields of; the general ones only where it has no vendor's own."""
        fitting = [name for name, marks in self.marks.items() if fits(document, marks)]
        return [name for name in fitting if name not in self.general] or fitting


def _read_alert(document: Document, name: str, received_at: datetime) -> tuple[AlertV1]:
    return (alert_of(document, _ALERTS[name], source=name, received_at=received_at),)


def _read_feedback(document: Document, name: str, received_at: datetime) -> tuple[FeedbackV1, ...]:
    return feedback_of(document, _FEEDBACK[name], alerts=_ALERTS.get(name), source=name, received_at=received_at)


_ALERT_READING = _Reading(
    marks={name: shape.recognised_by for name, shape in _ALERTS.items()},
    general=frozenset(name for name, shape in _ALERTS.items() if shape.general),
    read=_read_alert,
    invalid=DeadLetterReason.INVALID_ALERT,
)
_FEEDBACK_READING = _Reading(
    marks={name: shape.recognised_by for name, shape in _FEEDBACK.items()},
    general=frozenset(name for name, shape in _FEEDBACK.items() if shape.general),
    read=_read_feedback,
    invalid=DeadLetterReason.INVALID_FEEDBACK,
)
