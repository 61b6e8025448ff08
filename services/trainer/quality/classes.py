"""Whether there is enough of each class, and whether one is drowned."""

from collections import Counter

from services.core.bundle import LABELS
from services.core.context import CONTEXT_VERSION
from services.trainer.quality.finding import Finding, Severity, found
from services.trainer.quality.rows import Rows

ENOUGH, PLENTY = 500, 1000
"""Examples a class needs at least, and from which on more of them is no longer the first thing to look for."""
_DROWNED, _RARE = 100, 20
"""How many times as many the most frequent class may have: from the one on a warning, from the other on a note."""


def class_counts(rows: Rows) -> list[Finding]:
    """Classes with fewer than 1,000 examples; without attacks, or without anything else, there is nothing to learn."""
    few_ = [finding for label in LABELS for finding in _few(rows, label)]
    attacks = len(_places(rows, LABELS[0]))
    if attacks and attacks < len(rows):
        return few_
    return [*few_, _one_sided("harmless alert" if attacks else "attack")]


def _few(rows: Rows, label: str) -> list[Finding]:
    places = _places(rows, label)
    count, low = len(places), len(places) < ENOUGH
    if count >= PLENTY:
        return []
    return found(
        rows,
        f"few_{label}",
        places,
        severity=Severity.WARNING if low else Severity.NOTE,
        effect=f"A class needs {ENOUGH} to {PLENTY:,} examples; {label} has {count}. "
        + ("What the model says of it, and figures about it, mean little." if low else "Its figures are still wide."),
        advice=f"Collect at least {(ENOUGH if low else PLENTY) - count} more: import closed alerts "
        "(winnow feedback import), and have analysts judge alerts of this kind.",
    )


def _one_sided(missing: str) -> Finding:
    return Finding(
        name="one_sided",
        count=0,
        share=0.0,
        severity=Severity.BLOCKER,
        effect=f"There is no {missing}: no model can be made.",
        advice="Collect verdicts of both kinds; closed alerts can be imported with winnow feedback import.",
    )


def class_balance(rows: Rows) -> list[Finding]:
    """The rarest class that occurs, beside the most frequent one."""
    counts = Counter(example.label.value for example in rows.examples)
    rarest, least = min(counts.items(), key=lambda item: (item[1], item[0]))
    times = max(counts.values()) / least
    if times < _RARE:
        return []
    return found(
        rows,
        "class_balance",
        _places(rows, rarest),
        severity=Severity.WARNING if times >= _DROWNED else Severity.NOTE,
        effect=f"The most frequent class has {times:.0f} times as many examples as {rarest}; class weights make up "
        "for a part of that (training.class_weights).",
        advice=f"Collect more verdicts of {rarest}; more of the frequent class helps little.",
    )


def other_context(rows: Rows) -> list[Finding]:
    """Rows scored with a context of another version, which the first cleaning step leaves out."""
    places = [place for place, example in enumerate(rows.examples) if not example.has_current_context]
    attacks = sum(rows.examples[place].is_attack for place in places)
    return found(
        rows,
        "other_context",
        places,
        severity=Severity.WARNING if len(places) < len(rows) else Severity.BLOCKER,
        effect=f"Their context is not of version {CONTEXT_VERSION}, so they are left out; {attacks} are attacks.",
        advice="Import the history again: contexts are then made anew.",
    )


def _places(rows: Rows, label: str) -> list[int]:
    return [place for place, example in enumerate(rows.examples) if example.label.value == label]
