"""What decisions achieve on alerts whose truth is known: what they save, and what they miss, beside the promise."""

from collections.abc import Callable, Iterator, Sequence

from services.core.bands import BANDS, Decisions
from services.core.bundle import Estimate
from services.core.intervals import wilson
from services.core.judged import Judged, attacks_by_group


def achieved(judged: Sequence[Judged], *, decisions: Decisions | None) -> dict[str, Estimate]:
    """What decisions come to, over all and by part (`saved_seen`, `saved_unseen`) and band (`saved.low`).

    `saved` is the share of all alerts that may close, `missed_alerts` the share of attack alerts that may,
    `missed_units` what is promised, that share averaged over independent attacks, and `lost_units` the share of
    independent attacks of which every alert may close. Nothing where no alert may close. Intervals are Wilson's. For
    the average over attacks that is a cautious one: a share between nought and one varies no more than a toss with its
    mean. Audited alerts count as closed here.
    """
    if decisions is None or not decisions.in_force:
        return {}

    def closes(row: Judged) -> bool:
        return decisions.closes(row.score, row.facts.severity)

    return {f"{name}{suffix}": one for suffix, part in _parts(judged) for name, one in _figures(part, closes)}


def _parts(rows: Sequence[Judged]) -> Iterator[tuple[str, Sequence[Judged]]]:
    yield "", rows
    yield "_seen", [row for row in rows if row.seen]
    yield "_unseen", [row for row in rows if not row.seen]
    for name, severities in BANDS.items():
        if part := [row for row in rows if row.facts.severity in severities]:
            yield f".{name}", part


def _figures(rows: Sequence[Judged], closes: Callable[[Judged], bool]) -> Iterator[tuple[str, Estimate]]:
    units = [[closes(row) for row in attacks] for attacks in attacks_by_group(rows).values()]
    losses = [sum(unit) / len(unit) for unit in units]
    yield "saved", wilson(sum(map(closes, rows)), len(rows))
    yield "missed_alerts", wilson(sum(map(sum, units)), sum(map(len, units)))
    yield "missed_units", wilson(sum(losses), len(losses))
    yield "lost_units", wilson(sum(loss == 1 for loss in losses), len(losses))
