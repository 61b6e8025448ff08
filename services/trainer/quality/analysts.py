"""Single analysts who judge unlike the others, or unlike they used to: their false positives on the same rules.

For each rule there is a table of two by two: the analyst's verdicts and the others', false positive or not. Over all
rules the observed number of the analyst's false positives less the expected one, O - E, has the hypergeometric variance
V (Mantel and Haenszel 1959, "Statistical aspects of the analysis of data from retrospective studies", JNCI 22), and
(O - E)^2 / V is chi-square with one degree of freedom where the analyst judges as the others do. Between two periods
that difference has changed by the heterogeneity of O - E (Yusuf, Peto et al. 1985, Prog. Cardiovasc. Dis. 27):
sum((O - E)^2 / V) - sum(O - E)^2 / sum(V), one degree of freedom. What all analysts change together, for the alerts
have changed, is so left out.

Verdicts are taken for independent. Repeats are not: one analyst's same verdict on the same text on one day counts once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import erfc, sqrt

from schemas import Verdict
from services.trainer.quality.finding import Finding, found
from services.trainer.quality.opinions import Opinion
from services.trainer.quality.rows import Rows

SURE = 0.001
"""Chance of a false alarm among all analysts together (Bonferroni)."""
APART = 0.15
"""Difference in the share of false positives from which on it is worth telling."""
ENOUGH = 30
"""Verdicts an analyst needs, in a period, on rules that others judged too."""


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


def tally(said: Iterable[Opinion], analyst: str) -> Tally:
    """Hold one analyst against the others, rule by rule."""
    counts: dict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for one in said:
        counts[one.rule][one.analyst == analyst, one.verdict is Verdict.FALSE_POSITIVE] += 1
    verdicts = observed = 0
    expected = variance = 0.0
    for table in counts.values():
        own, false = table[True, True] + table[True, False], table[True, True] + table[False, True]
        size = table.total()
        if not own or own == size:
            continue
        verdicts, observed = verdicts + own, observed + table[True, True]
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


def analysts_apart(rows: Rows, said: Sequence[Opinion]) -> list[Finding]:
    """Analysts who call far more, or far fewer, alerts false positives than others do on the same rules."""
    once, names = _once(said)
    tallies = {name: tally(once, name) for name in names}
    apart = {
        name: f"{name}: {one.observed / one.verdicts:.0%} of {one.verdicts} verdicts are false positives, "
        f"{one.expected / one.verdicts:.0%} expected"
        for name, one in tallies.items()
        if one.verdicts >= ENOUGH and abs(one.apart) >= APART and chance_of_difference(one) < SURE / len(names)
    }
    return _finding(
        rows,
        "analyst_apart",
        said,
        apart,
        effect="called alerts of the same rules false positives much more or less often than others do: the model "
        "learns both habits",
    )


def analysts_changed(rows: Rows, said: Sequence[Opinion]) -> list[Finding]:
    """Analysts whose difference to the others changed between the earlier and the later half of their verdicts."""
    once, names = _once(said)
    apart = {name: told for name in names if (told := _changed(once, name, names=len(names)))}
    return _finding(
        rows,
        "analyst_drift",
        said,
        apart,
        effect="changed how often they call alerts of the same rules false positives, and the others did not: the "
        "model learns the old and the new habit",
    )


def _changed(said: Sequence[Opinion], analyst: str, *, names: int) -> str:
    """What changed, in words; empty where nothing did."""
    times = sorted(one.decided_at for one in said if one.analyst == analyst)
    border = times[len(times) // 2]
    earlier = tally((one for one in said if one.decided_at < border), analyst)
    later = tally((one for one in said if one.decided_at >= border), analyst)
    if min(earlier.verdicts, later.verdicts) < ENOUGH or abs(later.apart - earlier.apart) < APART:
        return ""
    if chance_of_change(earlier, later) >= SURE / names:
        return ""
    shares = (f"{one.observed / one.verdicts:.0%} ({one.expected / one.verdicts:.0%})" for one in (earlier, later))
    return f"{analyst}: false positives (expected): " + ", then ".join(shares)


def _once(said: Sequence[Opinion]) -> tuple[list[Opinion], list[str]]:
    """Each analyst's verdict on a text once a day, and the analysts by name; one alone is compared with nobody."""
    once = {(one.analyst, one.text, one.rule, one.decided_at.date(), one.verdict): one for one in said}
    names = sorted({one.analyst for one in said})
    return list(once.values()), names if len(names) > 1 else []


def _finding(rows: Rows, name: str, said: Sequence[Opinion], apart: dict[str, str], *, effect: str) -> list[Finding]:
    who = "One analyst" if len(apart) == 1 else f"{len(apart)} analysts"
    return found(
        rows,
        name,
        {one.place for one in said if one.analyst in apart},
        effect=f"{who} {effect}.",
        advice="Have a second analyst judge some of these alerts; winnow data report says whose they are.",
        about=tuple(apart[one] for one in sorted(apart)),
    )
