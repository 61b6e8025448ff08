"""From a tolerated miss rate to thresholds: conformal risk control.

Source: Angelopoulos, Bates, Fisch, Lei, Schuster, "Conformal Risk Control", ICLR 2024, equation 4 and theorem 1. Units
are what stands or falls together (`judged.group_of`: an incident or attack step, else a rule on its host), a unit's
loss is the share of its attack alerts that would be closed. Of all thresholds whose loss, averaged over n units, keeps

    n / (n + 1) * mean loss + 1 / (n + 1) <= miss rate

the highest is taken; then the expected loss of a further unit is at most the miss rate. **Assumption**: the further
unit is exchangeable with the n, that is, attacks go on as they were. Tomorrow's new kind of attack breaks it, so what
the thresholds do to later alerts is measured beside the promise (`achieved`). Nor must the score come from the units:
the network learned from none of their alerts (if from earlier ones of the same rule and host, then so it has for alerts
to come); the one number fitted to them is the temperature.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, log
from typing import Annotated, Literal

from pydantic import Field

from schemas import Severity
from services.core.bands import BANDS, Band, Decisions
from services.core.judged import Judged, attacks_by_group

_CONFIDENCE = 0.95
_ROUNDING = 1e-9

Unit = Sequence[float]
"""P(true_positive) of the attack alerts of one unit."""


Level = Literal["informational", "low", "medium", "high", "critical", "unknown"]
"""A severity by its exact name: one that is misspelt must not pass for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPolicy:
    """The share of attacks that may be missed, on average, and severities of which no alert may ever be closed."""

    miss_rate: Annotated[float, Field(gt=0, lt=1)] = 0.01
    exempt: tuple[Level, ...] = ("high", "critical")

    @property
    def exempt_severities(self) -> tuple[Severity, ...]:
        """The severities by those names."""
        return tuple(Severity(name) for name in self.exempt)


def positives_needed(miss_rate: float) -> int:
    """The fewest independent attacks among which a higher miss rate would have shown itself.

    The least n with (1 - miss rate)^n < 0.05: 299 for one in a hundred. Fewer say little about a band, although the
    formula above already has solutions.
    """
    return ceil(log(1 - _CONFIDENCE) / log(1 - miss_rate))


def highest_threshold(units: Sequence[Unit], *, miss_rate: float) -> float | None:
    """The highest threshold below which alerts may be closed; none where even closing nothing keeps no promise.

    Only what scores below it is closed, so alerts with equal scores are decided alike.
    """
    room = miss_rate * (len(units) + 1) - 1  # what the units may lose together
    return None if room < -_ROUNDING else _where_spent(units, room)


def _where_spent(units: Sequence[Unit], room: float) -> float:
    """The highest threshold at which the units lose no more than `room` together."""
    lost = 0.0
    for score, share in sorted((score, 1 / len(unit)) for unit in units for score in unit):
        lost += share
        if lost > room + _ROUNDING:
            return score
    return 1.0


def fit_decisions(judged: Sequence[Judged], *, policy: DecisionPolicy) -> Decisions:
    """Decide for each band, by answers the model was not trained on, as if nothing were escalated whatever its score.

    A band with too few attacks is pooled with the others that have too few, and with all where that is not enough; its
    threshold is then no higher than where more than the miss rate of its own attacks would be lost. Where all together
    are too few there is none. Exempt severities are left out of it all.
    """
    exempt = policy.exempt_severities
    closable = [row for row in judged if row.facts.severity not in exempt]
    bands = {name: [row for row in closable if row.facts.severity in BANDS[name]] for name in BANDS}
    needed = positives_needed(policy.miss_rate)
    few = [name for name, rows in bands.items() if len(_units(rows)) < needed]
    pool = [row for name in few for row in bands[name]]
    pool = pool if len(_units(pool)) >= needed else closable
    fitted = (_band(name, rows, pool=pool if name in few else None, policy=policy) for name, rows in bands.items())
    return Decisions(miss_rate=policy.miss_rate, bands=tuple(fitted), exempt=exempt)


def _band(name: str, rows: Sequence[Judged], *, pool: Sequence[Judged] | None, policy: DecisionPolicy) -> Band:
    """One band by its own attacks, or by those of the pool."""
    own, needed = _units(rows), positives_needed(policy.miss_rate)
    band = Band(name=name, severities=BANDS[name], positives=len(own))
    if set(BANDS[name]) <= set(policy.exempt_severities):
        return band.model_copy(update={"reason": "exempt by rule"})
    used = own if pool is None else _units(pool)
    limit = highest_threshold(used, miss_rate=policy.miss_rate) if len(used) >= needed else None
    if limit is None:
        text = f"{len(used)} independent attacks in all bands that may close, {needed} are needed"
        return band.model_copy(update={"reason": text})
    if pool is not None:
        limit = min(limit, _where_spent(own, policy.miss_rate * len(own)))
    text = f"rests on {len(own)} independent attacks of its own"
    return band.model_copy(
        update={
            "may_close": _lowered(limit, rows if pool is None else pool),
            "pooled": pool is not None,
            "reason": text if pool is None else f"{text}, pooled to {len(used)}; {needed} are needed",
        }
    )


def _units(rows: Iterable[Judged]) -> list[list[float]]:
    """The attacks' scores by unit."""
    return [[row.score for row in attacks] for attacks in attacks_by_group(rows).values()]


def _lowered(limit: float, rows: Iterable[Judged]) -> float:
    """Half-way down to the next score: it closes the same alerts, and a rounding error closes no attack."""
    return (limit + max((row.score for row in rows if row.score < limit), default=0.0)) / 2
