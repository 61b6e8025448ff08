"""Where a model errs: its figures by verdict, source, rule, severity and tactic."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.core.bundle import Estimate
from services.core.intervals import wilson
from services.core.judged import Judged

OTHER = "other"
NONE = "none"
_MOST = 15
"""Values of one dimension that are told apart."""

DIMENSIONS: Mapping[str, Callable[[Judged], tuple[str, ...]]] = {
    "class": lambda row: (row.label.value,),
    "source": lambda row: (row.facts.source,),
    "rule": lambda row: (row.facts.rule,),
    "severity": lambda row: (row.facts.severity.value,),
    "tactic": lambda row: row.facts.tactics,
}
"""What an alert is of each dimension; with several tactics it counts for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The alerts with one value of a dimension: how many, and what the model made of them at its threshold.

    `missed` are attacks not shown, `false_alarms` harmless alerts shown. `pooled` says how many values stand behind it:
    1, but for the rest that is pooled as `other`.
    """

    dimension: str
    value: str
    support: int
    attacks: int
    missed: int
    false_alarms: int
    pooled: int = 1

    @property
    def recall(self) -> Estimate:
        """Share of the attacks shown."""
        return wilson(self.attacks - self.missed, self.attacks)

    @property
    def precision(self) -> Estimate:
        """Share of the alerts shown that are attacks."""
        hits = self.attacks - self.missed
        return wilson(hits, hits + self.false_alarms)


def breakdown(judged: Sequence[Judged], *, threshold: float, most: int = _MOST) -> tuple[Slice, ...]:
    """Slices of every dimension, those with the most attacks first.

    A dimension has at most `most` values and one more, `other`, for the rest; kept are those with the most errors, an
    attack missed counting before a false alarm.
    """
    return tuple(one for dimension in DIMENSIONS for one in _slices(dimension, judged, threshold, most))


def _slices(dimension: str, judged: Sequence[Judged], threshold: float, most: int) -> Iterator[Slice]:
    counts: dict[str, list[int]] = {}
    for row in judged:
        shown = row.score >= threshold
        for value in DIMENSIONS[dimension](row) or (NONE,):
            found = counts.setdefault(value or NONE, [0, 0, 0, 0])
            found[0] += 1
            found[1] += row.is_attack
            found[2] += row.is_attack and not shown
            found[3] += shown and not row.is_attack
    slices = [_slice(dimension, value, found) for value, found in counts.items()]
    slices.sort(key=lambda one: (-one.missed, -one.false_alarms, -one.support, one.value))
    yield from sorted(slices[:most], key=lambda one: (-one.attacks, -one.support, one.value))
    if rest := slices[most:]:
        sums = [sum(counts[one.value][place] for one in rest) for place in range(4)]
        yield _slice(dimension, OTHER, sums, pooled=len(rest))


def _slice(dimension: str, value: str, found: Sequence[int], *, pooled: int = 1) -> Slice:
    support, attacks, missed, false_alarms = found
    return Slice(
        dimension=dimension,
        value=value,
        support=support,
        attacks=attacks,
        missed=missed,
        false_alarms=false_alarms,
        pooled=pooled,
    )
