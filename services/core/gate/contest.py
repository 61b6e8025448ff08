"""Who is judged, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.core.bands import Decisions
from services.core.bundle import GateReason
from services.core.judged import Judged
from services.core.robustness import UnderAttack
from services.core.showing import Shows, showing


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What a model costs to run: seconds of one thread for one alert (median and 95th percentile), and its bytes."""

    p50_seconds: float
    p95_seconds: float
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """What one model said about the holdout, the anchor set and edited attacks, and what it costs.

    `threshold` is on P(true_positive); with `decisions` in force it shows more. `footprint` and `attacked` are None
    where they were not measured.
    """

    threshold: float
    holdout: tuple[Judged, ...]
    decisions: Decisions | None = None
    anchor: tuple[Judged, ...] = ()
    footprint: Footprint | None = None
    attacked: UnderAttack | None = None

    @property
    def shows(self) -> Shows:
        """Which alerts analysts would see."""
        return showing(self.threshold, self.decisions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Candidate, champion (None before the first model) and baselines, all on the same examples in the same order.

    `baselines` are None where nobody fits any.
    """

    candidate: Contestant
    champion: Contestant | None = None
    baselines: Mapping[str, Contestant] | None = field(default_factory=dict)

    def require_same_examples(self) -> None:
        """Refuse to compare what cannot be compared.

        Raises:
            ValueError: the contestants did not judge the same examples in the same order.
        """
        others = [*(self.baselines or {}).values(), *([self.champion] if self.champion else [])]
        same = all(_truth(other.holdout) == _truth(self.candidate.holdout) for other in others)
        if not same or (self.champion and _truth(self.champion.anchor) != _truth(self.candidate.anchor)):
            raise ValueError("the contestants did not judge the same examples in the same order")


def _truth(judged: Sequence[Judged]) -> list[tuple[str, str]]:
    return [(row.label, row.group) for row in judged]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOutcome:
    """The verdict on a candidate: every rule, in the order applied, and whether all passed."""

    reasons: tuple[GateReason, ...]

    @property
    def promoted(self) -> bool:
        """Whether the candidate may serve."""
        return all(reason.passed for reason in self.reasons)
