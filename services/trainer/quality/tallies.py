"""One analyst's false positives held against everybody's, rule by rule.

For each rule there is a table of two by two: the analyst's verdicts and the others', false positive or not. Over all
rules the observed number of the analyst's false positives less the expected one, O - E, has the hypergeometric variance
V (Mantel and Haenszel 1959, "Statistical aspects of the analysis of data from retrospective studies", JNCI 22), and
(O - E)^2 / V is chi-square with one degree of freedom where the analyst judges as the others do. Between two periods
that difference has changed by the heterogeneity of O - E (Yusuf, Peto et al. 1985, Prog. Cardiovasc. Dis. 27):
sum((O - E)^2 / V) - sum(O - E)^2 / sum(V), one degree of freedom. What all analysts change together, for the alerts
have changed, is so left out.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from math import erfc, sqrt

from schemas import Verdict
from services.trainer.quality.opinions import Opinion


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """An analyst's verdicts on rules that others judged too: how many, how many false positives, expected, variance."""

    verdicts: int
    observed: int
    expected: float
    variance: float

    @property
    def apart(self) -> float:
        """The analyst's share of false positives less the share expected of them."""
        return (self.observed - self.expected) / self.verdicts if self.verdicts else 0.0


@dataclass(slots=True)
class _Times:
    """When verdicts were given, and when those among them that say false positive, in the order of time."""

    verdicts: list[datetime] = field(default_factory=list)
    false: list[datetime] = field(default_factory=list)

    def add(self, one: Opinion) -> None:
        self.verdicts.append(one.decided_at)
        if one.verdict is Verdict.FALSE_POSITIVE:
            self.false.append(one.decided_at)

    def before(self, time: datetime) -> tuple[int, int]:
        return bisect_left(self.verdicts, time), bisect_left(self.false, time)

    def since(self, time: datetime) -> tuple[int, int]:
        verdicts, false = self.before(time)
        return len(self.verdicts) - verdicts, len(self.false) - false


class Verdicts:
    """All verdicts by rule, and by analyst and rule, put in order once: an analyst costs no look at all the others."""

    def __init__(self, said: Iterable[Opinion]) -> None:
        self._everybody: dict[str, _Times] = defaultdict(_Times)
        self._own: dict[str, dict[str, _Times]] = defaultdict(lambda: defaultdict(_Times))
        for one in sorted(said, key=lambda one: one.decided_at):
            self._everybody[one.rule].add(one)
            self._own[one.analyst][one.rule].add(one)

    @property
    def analysts(self) -> list[str]:
        """Who gave verdicts, by name."""
        return sorted(self._own)

    def tally(self, analyst: str) -> Tally:
        """One analyst against the others, over all time."""
        return _tally(
            (len(own.verdicts), len(own.false), len(all_.verdicts), len(all_.false))
            for own, all_ in self._tables(analyst)
        )

    def halves(self, analyst: str) -> tuple[Tally, Tally]:
        """The same before the middle one of the analyst's verdicts, and from there on."""
        times = sorted(time for own in self._own[analyst].values() for time in own.verdicts)
        border = times[len(times) // 2]
        earlier = _tally((*own.before(border), *all_.before(border)) for own, all_ in self._tables(analyst))
        return earlier, _tally((*own.since(border), *all_.since(border)) for own, all_ in self._tables(analyst))

    def _tables(self, analyst: str) -> Iterable[tuple[_Times, _Times]]:
        return ((own, self._everybody[rule]) for rule, own in self._own[analyst].items())


def _tally(tables: Iterable[tuple[int, int, int, int]]) -> Tally:
    """Sum over rules: own verdicts and false positives, everybody's verdicts and false positives."""
    verdicts = observed = 0
    expected = variance = 0.0
    for own, own_false, size, false in tables:
        if not own or own == size:
            continue
        verdicts, observed = verdicts + own, observed + own_false
        expected += own * false / size
        variance += own * (size - own) * false * (size - false) / (size * size * (size - 1))
    return Tally(verdicts=verdicts, observed=observed, expected=expected, variance=variance)


def chance_of_difference(one: Tally) -> float:
    """P of so large a difference or a larger one where the analyst judges as the others do (Mantel-Haenszel)."""
    return _tail((one.observed - one.expected) ** 2 / one.variance) if one.variance else 1.0


def chance_of_change(earlier: Tally, later: Tally) -> float:
    """P of so large a change or a larger one where the difference to the others is the same in both (Peto)."""
    if not earlier.variance or not later.variance:
        return 1.0
    first, second = earlier.observed - earlier.expected, later.observed - later.expected
    apart = first**2 / earlier.variance + second**2 / later.variance
    return _tail(max(apart - (first + second) ** 2 / (earlier.variance + later.variance), 0.0))


def _tail(chi_square: float) -> float:
    """P of more under chi-square with one degree of freedom."""
    return erfc(sqrt(chi_square / 2))
