"""Storing history: item by item in batches, each in one transaction, so that it may be broken off and repeated."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from schemas import DeadLetterReason
from services.runtime.buffer import Batch, BufferWriter, ReadVerdict, Stored
from services.runtime.history.items import Item
from services.runtime.history.reading import Historic, read_historic
from services.siem.reading import Reader, Refusal

_MOST, _MOST_BYTES = 4000, 32 * 2**20  # in one transaction

Refuse = Callable[[Item, Refusal], None]


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the alerts and verdicts of a file. `verdicts` and `alone` count among what was read."""

    read: int = 0
    verdicts: int = 0
    alone: int = 0
    """Verdicts that brought no alert: they count once their alert is known from elsewhere."""
    imported: int = 0
    unchanged: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """By reason."""


def import_history(
    items: Iterable[Item],
    writer: BufferWriter,
    *,
    reader: Reader,
    format_name: str | None,
    refuse: Refuse,
    progress: Callable[[Tally], None],
) -> Tally:
    """Store every alert and verdict that is not in the buffer yet; `progress` is told after each batch.

    `refuse` gets each item of which something could not be read, with the reason.

    Raises:
        Unavailable: the buffer does not answer. What was stored until then stays; doing it again does the rest.
    """
    tally, batch, size = Tally(), list[Historic](), 0
    for item in items:
        batch += _counted(_outcomes(item, reader, format_name), item, tally, refuse)
        size += len(item.value)
        if len(batch) >= _MOST or size >= _MOST_BYTES:
            _store(batch, writer, tally)
            batch, size = [], 0
            progress(tally)
    _store(batch, writer, tally)
    progress(tally)
    return tally


def _outcomes(item: Item, reader: Reader, format_name: str | None) -> Iterable[Historic | Refusal]:
    if item.refusal is not None:
        return [item.refusal]
    try:
        return list(read_historic(item.value, reader=reader, format_name=format_name))
    except Exception as error:  # noqa: BLE001 - a reader's bug must cost one item, not the file
        return [Refusal(reason=DeadLetterReason.INTERNAL_ERROR, detail=type(error).__name__)]


def _counted(outcomes: Iterable[Historic | Refusal], item: Item, tally: Tally, refuse: Refuse) -> list[Historic]:
    taken = []
    for outcome in outcomes:
        tally.read += 1
        if isinstance(outcome, Refusal):
            tally.refused[outcome.reason.value] += 1
            refuse(item, outcome)
        else:
            tally.verdicts += outcome.verdict is not None
            tally.alone += outcome.verdict is not None and outcome.verdict.alert is None
            taken.append(outcome)
    return taken


def _store(batch: list[Historic], writer: BufferWriter, tally: Tally) -> None:
    stored = writer.store(
        Batch(
            alerts=[one.alert for one in batch if one.alert is not None],
            verdicts=[ReadVerdict(feedback=one.verdict) for one in batch if one.verdict is not None],
        )
    )
    imported = _imported(batch, stored)
    tally.imported += imported
    tally.unchanged += len(batch) - imported


def _imported(batch: list[Historic], stored: Stored) -> int:
    """How many of a batch brought something new: the verdict, or its alert. Of repeats within it only the first did."""
    verdicts, alerts = {id(one) for one in stored.verdicts}, set(stored.alerts)
    imported = 0
    for one in batch:
        alert_id = _alert_id(one)
        imported += id(one.verdict) in verdicts or alert_id in alerts
        alerts.discard(alert_id)
    return imported


def _alert_id(one: Historic) -> str:
    """The id of the alert it brought, if any."""
    if one.verdict is not None:
        return one.verdict.alert_id if one.verdict.alert is not None else ""
    return one.alert.alert_id if one.alert is not None else ""
