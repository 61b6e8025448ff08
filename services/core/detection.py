"""Whether an attack is noticed at all, and how soon: what counts for a SOC is one alert in time, not all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.core.bundle import Estimate
from services.core.intervals import wilson
from services.core.judged import Judged, attacks_by_group

EARLY = 3
"""Alerts within which an attack counts as detected early."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One attack (a group that holds attacks): how many alerts it raised, and how many of them were shown.

    `first` is the place of the first alert shown, in the order of time and counted from 1, `seconds` how long after the
    attack's first alert that one was raised; both None where none was shown, `seconds` also where times are not known.
    """

    group: str
    alerts: int
    shown: int
    first: int | None
    seconds: float | None


def detections(judged: Sequence[Judged], *, threshold: float) -> tuple[Detection, ...]:
    """Every attack, those never noticed first, then those noticed latest; of alerts of one time the hidden first."""
    found = [_detection(group, rows, threshold) for group, rows in attacks_by_group(judged).items()]
    return tuple(sorted(found, key=lambda one: (one.first is not None, -(one.first or 0), -one.alerts, one.group)))


def _detection(group: str, rows: Sequence[Judged], threshold: float) -> Detection:
    ordered = sorted((row.facts.observed_at or _NEVER, row.score >= threshold) for row in rows)
    first = next((place for place, (_, shown) in enumerate(ordered) if shown), None)
    return Detection(
        group=group,
        alerts=len(ordered),
        shown=sum(shown for _, shown in ordered),
        first=None if first is None else first + 1,
        seconds=None if first is None else _seconds(ordered[0][0], ordered[first][0]),
    )


def _seconds(start: datetime, end: datetime) -> float | None:
    return None if _NEVER in (start, end) else (end - start).total_seconds()


def detected(found: Sequence[Detection]) -> dict[str, Estimate]:
    """Share of the attacks of which an alert was shown: at all, and among the first three."""
    places = [one.first for one in found if one.first is not None]
    return {
        "attack_detection_rate": wilson(len(places), len(found)),
        "detected_early": wilson(sum(place <= EARLY for place in places), len(found)),
    }
