"""Single analysts who judge unlike the others, or unlike they used to: their false positives on the same rules.

`tallies` has the figures. Verdicts are taken for independent. Repeats are not: one analyst's same verdict on the same
text on one day counts once.
"""

from collections.abc import Sequence

from services.trainer.quality.finding import Finding, found
from services.trainer.quality.opinions import Opinion
from services.trainer.quality.rows import Rows
from services.trainer.quality.tallies import Verdicts, chance_of_change, chance_of_difference

SURE = 0.001
"""Chance of a false alarm among all analysts together (Bonferroni)."""
APART = 0.15
"""Difference in the share of false positives from which on it is worth telling."""
ENOUGH = 30
"""Verdicts an analyst needs, in a period, on rules that others judged too."""


def analysts_apart(rows: Rows, said: Sequence[Opinion]) -> list[Finding]:
    """Analysts who call far more, or far fewer, alerts false positives than others do on the same rules."""
    once = _once(said)
    names = _compared(once)
    tallies = {name: once.tally(name) for name in names}
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
    once = _once(said)
    names = _compared(once)
    apart = {name: told for name in names if (told := _changed(once, name, names=len(names)))}
    return _finding(
        rows,
        "analyst_drift",
        said,
        apart,
        effect="changed how often they call alerts of the same rules false positives, and the others did not: the "
        "model learns the old and the new habit",
    )


def _changed(once: Verdicts, analyst: str, *, names: int) -> str:
    """What changed, in words; empty where nothing did."""
    earlier, later = once.halves(analyst)
    if min(earlier.verdicts, later.verdicts) < ENOUGH or abs(later.apart - earlier.apart) < APART:
        return ""
    if chance_of_change(earlier, later) >= SURE / names:
        return ""
    shares = (f"{one.observed / one.verdicts:.0%} ({one.expected / one.verdicts:.0%})" for one in (earlier, later))
    return f"{analyst}: false positives (expected): " + ", then ".join(shares)


def _once(said: Sequence[Opinion]) -> Verdicts:
    """Each analyst's verdict on a text once a day."""
    once = {(one.analyst, one.text, one.rule, one.decided_at.date(), one.verdict): one for one in said}
    return Verdicts(once.values())


def _compared(once: Verdicts) -> list[str]:
    """The analysts by name; one alone is compared with nobody."""
    return once.analysts if len(once.analysts) > 1 else []


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
