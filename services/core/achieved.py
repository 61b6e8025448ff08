"""What decisions achieve on alerts whose truth is known: what they save, and what they miss, beside the promise."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from services.core.bands import BANDS, Decisions
from services.core.bundle import Estimate
from services.core.intervals import wilson
from services.core.judged import Judged


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
    rows = [(row, decisions.closes(row.score, row.facts.severity)) for row in judged]
    return {f"{name}{suffix}": one for suffix, part in _parts(rows) for name, one in _figures(part)}


_Row = tuple[Judged, bool]


def _parts(rows: Sequence[_Row]) -> Iterator[tuple[str, list[_Row]]]:
    yield "", list(rows)
    yield "_seen", [one for one in rows if one[0].seen]
    yield "_unseen", [one for one in rows if not one[0].seen]
    for name, severities in BANDS.items():
        if part := [one for one in rows if one[0].facts.severity in severities]:
            yield f".{name}", part


def _figures(rows: Sequence[_Row]) -> Iterator[tuple[str, Estimate]]:
    attacks = [(row, closed) for row, closed in rows if row.is_attack]
    losses = _losses(attacks)
    yield "saved", wilson(sum(closed for _, closed in rows), len(rows))
    yield "missed_alerts", wilson(sum(closed for _, closed in attacks), len(attacks))
    yield "missed_units", wilson(sum(losses), len(losses))
    yield "lost_units", wilson(sum(loss == 1 for loss in losses), len(losses))


def _losses(attacks: Iterable[_Row]) -> list[float]:
    """For each independent attack the share of its alerts that may close."""
    units: defaultdict[str, list[bool]] = defaultdict(list)
    for row, closed in attacks:
        units[row.group].append(closed)
    return [sum(closed) / len(closed) for closed in units.values()]
