"""How good a model's answers are, each figure with its interval.

An alert is shown to analysts when P(true_positive) reaches the threshold; precision, recall and F1 are those of showing
attacks. Proportions have Wilson's interval, the others one from resampling groups (`judged.group_of`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import mul

from schemas import Verdict
from services.core.bundle import LABELS, Estimate
from services.core.calibration import (
    BINS,
    CalibrationBin,
    bin_of,
    calibration_bins,
    fit_temperature,
    negative_log_likelihood,
    softmax,
)
from services.core.errors import DataError
from services.core.intervals import around, bootstrap, wilson
from services.core.judged import Judged, Met, group_of, judged_by
from services.core.ranking import CurvePoint, Ranking

__all__ = [
    "CalibrationBin",
    "ClassFigures",
    "CurvePoint",
    "Estimate",
    "Evaluation",
    "Judged",
    "Met",
    "choose_threshold",
    "evaluate",
    "figures",
    "fit_temperature",
    "group_of",
    "judged_by",
    "negative_log_likelihood",
    "softmax",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """One verdict taken as the likeliest: how often rightly (precision), and how much of it was found (recall)."""

    label: Verdict
    precision: Estimate
    recall: Estimate
    f1: float
    support: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A model's figures on one part.

    `metrics` always has: precision, recall, f1, average_precision, roc_auc (attacks against the rest), accuracy and
    macro_f1 (of the likeliest verdict), calibration_error, missed (share of attacks not shown), false_positives_shown
    (share of harmless alerts shown), shown (share of all alerts), group_recall (recall averaged over groups),
    worst_group_recall, and precision, recall and f1 each with _seen and _unseen (rule and host met in training or
    not). A figure with support 0 has nothing behind it. `confusion` counts truth (rows) against the likeliest verdict
    (columns), both in the order of `bundle.LABELS`.
    """

    threshold: float
    support: int
    attacks: int
    metrics: dict[str, Estimate]
    classes: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    calibration: tuple[CalibrationBin, ...]
    curve: tuple[CurvePoint, ...]


class _Sheet:
    """Answers laid out for counting many times over, the most suspicious first.

    What is counted lies in columns with a place for each group, so that a resampling only weighs groups.
    """

    def __init__(self, judged: Iterable[Judged], *, threshold: float) -> None:
        self.rows = sorted(judged, key=lambda row: (-row.score, row.group, row.label))
        self.names = sorted({row.group for row in self.rows})
        places = {name: place for place, name in enumerate(self.names)}
        self.groups = [places[row.group] for row in self.rows]
        self.ranking = Ranking([row.score for row in self.rows], [row.is_attack for row in self.rows])
        self.all = self.counts(threshold, [True] * len(self.rows))
        self.seen = self.counts(threshold, [row.seen for row in self.rows])
        self.unseen = self.counts(threshold, [not row.seen for row in self.rows])
        self.cells = self._columns([len(LABELS) * row.truth + row.said for row in self.rows], len(LABELS) ** 2)
        gaps = [row.score - row.is_attack for row in self.rows]
        self.gaps = self._columns([bin_of(row.score) for row in self.rows], BINS, gaps)

    def column(self, values: Iterable[float]) -> list[float]:
        """The values of the rows, summed by group."""
        sums = [0.0] * len(self.names)
        for group, value in zip(self.groups, values, strict=True):
            sums[group] += value
        return sums

    def _columns(self, kinds: list[int], size: int, values: Sequence[float] | None = None) -> list[list[float]]:
        """A column for each kind of row."""
        values = values or [1.0] * len(kinds)
        rows = list(zip(kinds, values, strict=True))
        return [self.column(value if kind == wanted else 0.0 for kind, value in rows) for wanted in range(size)]

    def counts(self, threshold: float, rows: list[bool]) -> "_Counts":
        shown = [row.score >= threshold for row in self.rows]
        attacks = self.ranking.attacks
        return _Counts(
            hits=self.column(map(_all, shown, attacks, rows)),
            shown=self.column(map(_all, shown, rows)),
            attacks=self.column(map(_all, attacks, rows)),
        )

    def statistics(self, group_weights: Sequence[int]) -> dict[str, float]:
        """The figures that are no proportions, with every group counted as often as its weight says."""
        weights = [group_weights[group] for group in self.groups]
        roc_auc, average_precision = self.ranking.areas(weights)
        return {
            "f1": self.all.f1(group_weights),
            "f1_seen": self.seen.f1(group_weights),
            "f1_unseen": self.unseen.f1(group_weights),
            "roc_auc": roc_auc,
            "average_precision": average_precision,
            "macro_f1": _macro_f1(self.confusion(group_weights)),
            "calibration_error": sum(abs(_sum(gap, group_weights)) for gap in self.gaps) / max(sum(weights), 1),
            "group_recall": self.all.group_recall(group_weights),
        }

    def confusion(self, group_weights: Sequence[int]) -> list[list[int]]:
        size = len(LABELS)
        counts = [round(_sum(cell, group_weights)) for cell in self.cells]
        return [counts[row * size : (row + 1) * size] for row in range(size)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """For each group: attacks shown, alerts shown, attacks."""

    hits: list[float]
    shown: list[float]
    attacks: list[float]

    def totals(self) -> tuple[int, int, int]:
        return round(sum(self.hits)), round(sum(self.shown)), round(sum(self.attacks))

    def f1(self, group_weights: Sequence[int]) -> float:
        both = _sum(self.shown, group_weights) + _sum(self.attacks, group_weights)
        return 2 * _sum(self.hits, group_weights) / both if both else 0.0

    def recalls(self) -> dict[int, tuple[int, int]]:
        """Attacks shown and attacks, of every group that holds an attack."""
        rows = enumerate(zip(self.hits, self.attacks, strict=True))
        return {group: (round(hits), round(attacks)) for group, (hits, attacks) in rows if attacks}

    def group_recall(self, group_weights: Sequence[int]) -> float:
        found = self.recalls()
        total = sum(group_weights[group] for group in found)
        caught = sum(group_weights[group] * hits / attacks for group, (hits, attacks) in found.items())
        return caught / total if total else 0.0


def _sum(column: Sequence[float], weights: Sequence[int]) -> float:
    total: float = sum(map(mul, column, weights))
    return total


def _all(*flags: bool) -> bool:
    return all(flags)


def figures(judged: Sequence[Judged], *, threshold: float) -> dict[str, float]:
    """Precision, recall and all of `Evaluation.metrics` that is no proportion, without intervals."""
    sheet = _Sheet(judged, threshold=threshold)
    hits, shown, attacks = sheet.all.totals()
    return {
        **sheet.statistics([1] * len(sheet.names)),
        "precision": hits / max(shown, 1),
        "recall": hits / max(attacks, 1),
    }


def evaluate(judged: Sequence[Judged], *, threshold: float, seed: int = 0, resamples: int = 200) -> Evaluation:
    """All figures of one model on one part, alerts shown from `threshold` on.

    Raises:
        DataError: there is nothing to evaluate.
    """
    if not judged:
        raise DataError("there is no example to evaluate on")
    sheet = _Sheet(judged, threshold=threshold)
    confusion = sheet.confusion([1] * len(sheet.names))
    return Evaluation(
        threshold=threshold,
        support=len(judged),
        attacks=sum(sheet.ranking.attacks),
        metrics=_metrics(sheet, seed=seed, resamples=resamples),
        classes=tuple(_class_figures(confusion, place) for place in range(len(LABELS))),
        confusion=tuple(map(tuple, confusion)),
        calibration=calibration_bins(sheet.ranking.scores, sheet.ranking.attacks),
        curve=sheet.ranking.curve(),
    )


def _metrics(sheet: _Sheet, *, seed: int, resamples: int) -> dict[str, Estimate]:
    total = len(sheet.rows)
    values = sheet.statistics([1] * len(sheet.names))
    intervals = bootstrap(sheet.statistics, groups=len(sheet.names), seed=seed, resamples=resamples)
    support = dict.fromkeys(values, sheet.all.totals()[2]) | {
        "macro_f1": total,
        "calibration_error": total,
        "group_recall": len(sheet.all.recalls()),
        "f1_seen": sheet.seen.totals()[2],
        "f1_unseen": sheet.unseen.totals()[2],
    }
    return {
        **_proportions(sheet),
        **{name: around(value, intervals[name], support=support[name]) for name, value in values.items()},
    }


def _proportions(sheet: _Sheet) -> dict[str, Estimate]:
    total = len(sheet.rows)
    hits, shown, attacks = sheet.all.totals()
    worst = min(sheet.all.recalls().values(), key=lambda found: (found[0] / found[1], -found[1]), default=(0, 0))
    apart = {"seen": sheet.seen.totals(), "unseen": sheet.unseen.totals()}
    return {
        "precision": wilson(hits, shown),
        "recall": wilson(hits, attacks),
        "missed": wilson(attacks - hits, attacks),
        "false_positives_shown": wilson(shown - hits, total - attacks),
        "shown": wilson(shown, total),
        "accuracy": wilson(sum(row.truth == row.said for row in sheet.rows), total),
        "worst_group_recall": wilson(*worst),
        **{f"precision_{name}": wilson(counts[0], counts[1]) for name, counts in apart.items()},
        **{f"recall_{name}": wilson(counts[0], counts[2]) for name, counts in apart.items()},
    }


def _class_figures(confusion: Sequence[Sequence[int]], place: int) -> ClassFigures:
    hits, said, truth = confusion[place][place], sum(row[place] for row in confusion), sum(confusion[place])
    return ClassFigures(
        label=Verdict(LABELS[place]),
        precision=wilson(hits, said),
        recall=wilson(hits, truth),
        f1=2 * hits / max(said + truth, 1),
        support=truth,
    )


def _macro_f1(confusion: Sequence[Sequence[int]]) -> float:
    """F1 averaged over the verdicts that occur, as truth or as answer."""
    scores = []
    for place, row in enumerate(confusion):
        both = sum(row) + sum(other[place] for other in confusion)
        if both:
            scores.append(2 * row[place] / both)
    return sum(scores) / max(len(scores), 1)


def choose_threshold(judged: Sequence[Judged], *, beta: float = 2.0) -> float:
    """The threshold on P(true_positive) with the highest F-beta on attacks (van Rijsbergen 1979, chapter 7).

    With beta 2 recall weighs more, for a missed attack costs more than a false alarm. Among equals the lowest is
    taken; it lies half-way to the next score below, so that a rounding error does not hide an alert.

    Raises:
        DataError: there is no attack among the examples.
    """
    ordered = sorted(judged, key=lambda row: -row.score)
    attacks = sum(row.is_attack for row in ordered)
    if not attacks:
        raise DataError("a threshold needs at least one attack among the validation examples")
    best, threshold, hits = -1.0, 0.0, 0
    for shown, row in enumerate(ordered, start=1):
        hits += row.is_attack
        last = shown == len(ordered)
        below = 0.0 if last else ordered[shown].score
        value = (1 + beta * beta) * hits / (beta * beta * attacks + shown)
        if (last or below < row.score) and value >= best:
            best, threshold = value, (row.score + below) / 2
    return threshold
