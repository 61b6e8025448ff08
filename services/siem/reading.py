"""The way in: a Kafka message's bytes as alerts or verdicts, one outcome for each item, whatever the bytes are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from schemas import AlertV1, DeadLetterReason, FeedbackV1
from services.siem.alerts import alert_of
from services.siem.document import CrowdedError, Document
from services.siem.feedback import feedback_of
from services.siem.fitting import UnfitError
from services.siem.known import Known
from services.siem.messages import items_in
from services.siem.privacy import private_alert, private_feedback
from services.siem.pseudonyms import Pseudonyms
from services.siem.recognition import Recognition, UnnamedError
from services.siem.refusal import Refusal
from services.siem.registry import FORMATS
from services.siem.shape import Format
from services.siem.verdicts import VerdictTables, as_the_site_means

__all__ = [
    "ALERT_FORMATS",
    "BUILT_IN",
    "FEEDBACK_FORMATS",
    "FORMATS",
    "Read",
    "Reader",
    "Refusal",
    "read_alerts",
    "read_feedback",
]

ReadT = TypeVar("ReadT", bound=AlertV1 | FeedbackV1)
_NO_TABLES: VerdictTables = {}


class Read(Protocol):
    """How a message is read: `read_alerts` or `read_feedback` of a reader, for those who do both alike."""

    def __call__(
        self, value: bytes | None, *, format_name: str | None, received_at: datetime
    ) -> tuple[AlertV1 | FeedbackV1 | Refusal, ...]:
        """The alerts or verdicts of a message, or why they are refused."""


class Reader:
    """Reads alerts and verdicts in a set of formats. Stateless once made; each format's name is there once.

    With `pseudonyms` nothing it reads names anybody, and its callers keep no bytes of what it refuses.
    """

    def __init__(
        self,
        formats: Sequence[Format] = FORMATS,
        *,
        verdicts: VerdictTables = _NO_TABLES,
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        self._alerts = {each.name: each.alerts for each in formats if each.alerts is not None}
        self._feedback = {each.name: each.feedback for each in formats if each.feedback is not None}
        self._verdicts = verdicts
        self._pseudonyms = pseudonyms
        self._alert_reading = _Reading(
            recognition=Recognition(self._alerts), read=self._alert, invalid=DeadLetterReason.INVALID_ALERT
        )
        self._feedback_reading = _Reading(
            recognition=Recognition(self._feedback), read=self._verdict, invalid=DeadLetterReason.INVALID_FEEDBACK
        )

    @property
    def is_private(self) -> bool:
        """Whether whoever an alert names gets a pseudonym."""
        return self._pseudonyms is not None

    @property
    def formats(self) -> tuple[str, ...]:
        """Names of all formats, in order."""
        return tuple(sorted({*self._alerts, *self._feedback}))

    @property
    def alert_formats(self) -> tuple[str, ...]:
        """Names of the formats alerts are read in."""
        return tuple(self._alerts)

    @property
    def feedback_formats(self) -> tuple[str, ...]:
        """Names of the formats verdicts are read in."""
        return tuple(self._feedback)

    def read_alerts(
        self, value: bytes | None, *, format_name: str | None, received_at: datetime
    ) -> tuple[AlertV1 | Refusal, ...]:
        """Every alert in a message, or why it is refused, in the message's order; at least one outcome, never an error.

        `format_name` is the Kafka header `format`; without it each item is recognised by fields only one vendor has.
        `received_at` (UTC) stands in for times an alert does not give. A refusal's `index` is its place here.
        """
        return self._alert_reading.outcomes(value, format_name=format_name, received_at=received_at)

    def read_feedback(
        self, value: bytes | None, *, format_name: str | None, received_at: datetime
    ) -> tuple[FeedbackV1 | Refusal, ...]:
        """Every verdict in a message, or why it is refused; otherwise as `read_alerts`."""
        return self._feedback_reading.outcomes(value, format_name=format_name, received_at=received_at)

    def read_either(
        self, value: bytes | None, *, format_name: str | None, received_at: datetime
    ) -> tuple[FeedbackV1 | AlertV1 | Refusal, ...]:
        """Every verdict in a message, and of each item that is none the alert that it is, or why it is neither.

        Otherwise as `read_alerts`. A case's verdicts stand in the place of the one item that it is.
        """
        known = Known(self._is_known)
        items = items_in(value, known)
        if isinstance(items, Refusal):
            return (items,)
        found = (each for item in known.documents(items) for each in self._either(item, format_name, received_at))
        return tuple(_placed(found))

    def is_known(self, item: dict[str, object]) -> bool:
        """Whether an object is an alert or a verdict in a known format; otherwise as `is_alert`."""
        return Known(self._is_known)(item)

    def is_alert(self, item: dict[str, object]) -> bool:
        """Whether an object is an alert in a known format, by its fields: an envelope it is not, then."""
        return Known(self._alert_reading.recognition.is_known)(item)

    def is_verdict(self, item: dict[str, object]) -> bool:
        """Whether an object is a verdict in a known format; otherwise as `is_alert`."""
        return Known(self._feedback_reading.recognition.is_known)(item)

    def _is_known(self, document: Document) -> bool:
        return any(each.recognition.is_known(document) for each in (self._feedback_reading, self._alert_reading))

    def _either(
        self, item: object, format_name: str | None, received_at: datetime
    ) -> tuple[FeedbackV1 | AlertV1 | Refusal, ...]:
        """An item's verdicts, else its alert; of two reasons against it the one that says more."""
        verdicts = self._feedback_reading.of_item(item, format_name, received_at)
        if not isinstance(refusal := verdicts[0], Refusal):
            return verdicts
        alert = self._alert_reading.of_item(item, format_name, received_at)
        says_more = refusal.reason is not DeadLetterReason.UNKNOWN_FORMAT
        return verdicts if isinstance(alert[0], Refusal) and says_more else alert

    def _alert(self, document: Document, name: str, received_at: datetime) -> tuple[AlertV1]:
        alert = alert_of(document, self._alerts[name], source=name, received_at=received_at)
        return (alert if self._pseudonyms is None else private_alert(alert, self._pseudonyms),)

    def _verdict(self, document: Document, name: str, received_at: datetime) -> tuple[FeedbackV1, ...]:
        alerts = self._alerts.get(name)
        read = feedback_of(document, self._feedback[name], alerts=alerts, source=name, received_at=received_at)
        meant = tuple(as_the_site_means(each, self._verdicts) for each in read)
        return meant if self._pseudonyms is None else tuple(private_feedback(each, self._pseudonyms) for each in meant)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading(Generic[ReadT]):
    """What alerts and verdicts have in common: which format is it, and the outcomes of each item."""

    recognition: Recognition
    read: Callable[[Document, str, datetime], tuple[ReadT, ...]]
    invalid: DeadLetterReason

    def outcomes(
        self, value: bytes | None, *, format_name: str | None, received_at: datetime
    ) -> tuple[ReadT | Refusal, ...]:
        known = Known(self.recognition.is_known)
        items = items_in(value, known)
        if isinstance(items, Refusal):
            return (items,)
        found = (each for item in known.documents(items) for each in self.of_item(item, format_name, received_at))
        return tuple(_placed(found))

    def of_item(
        self, item: object, format_name: str | None, received_at: datetime
    ) -> tuple[ReadT, ...] | tuple[Refusal]:
        """What one item says, or the one reason why it is refused."""
        if isinstance(item, Refusal):
            return (item,)
        if not isinstance(item, Document):
            return (Refusal(reason=self.invalid, detail="not a JSON object"),)
        try:
            return self.read(item, self.recognition.name(item, format_name), received_at)
        except UnnamedError as error:
            return (Refusal(reason=error.reason, detail=str(error)),)
        except CrowdedError as error:
            return (Refusal(reason=DeadLetterReason.TOO_LARGE, detail=str(error)),)
        except UnfitError as error:
            return (Refusal(reason=self.invalid, detail=str(error)[:1024]),)


def _placed(outcomes: "Iterator[ReadT | Refusal]") -> Iterator[ReadT | Refusal]:
    for index, outcome in enumerate(outcomes):
        yield replace(outcome, index=index) if isinstance(outcome, Refusal) else outcome


BUILT_IN = Reader()
"""Reads the formats that Winnow brings along."""
ALERT_FORMATS = BUILT_IN.alert_formats
FEEDBACK_FORMATS = BUILT_IN.feedback_formats
read_alerts = BUILT_IN.read_alerts
read_feedback = BUILT_IN.read_feedback
