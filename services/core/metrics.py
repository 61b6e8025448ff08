"""How good a model's answers are, each figure with its interval.

An alert is shown to analysts when P(true_positive) reaches the threshold; precision, recall and F1 are those of showing
attacks. Proportions have Wilson's interval, the others one from resampling groups (`judged.group_of`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas import Verdict
from services.core.breakdown import Slice, breakdown
from services.core.bundle import LABELS, Estimate
from services.core.calibration import CalibrationBin, calibration_bins, fit_temperature
from services.core.detection import Detection, detected, detections
from services.core.errors import DataError
from services.core.intervals import around, bootstrap, wilson
from services.core.judged import Facts, Judged, Met, group_of, judged_by
from services.core.ranking import CurvePoint
from services.core.sheet import MISS_COST, Sheet
from services.core.thresholds import choose_threshold, f_beta, threshold_beside, threshold_with_recall

__all__ = [
    "CalibrationBin",
    "ClassFigures",
    "CurvePoint",
    "Detection",
    "Estimate",
    "Evaluation",
    "Facts",
    "Judged",
    "Met",
    "Slice",
    "choose_threshold",
    "evaluate",
    "figures",
    "fit_temperature",
    "group_of",
    "judged_by",
    "threshold_beside",
    "threshold_with_recall",
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
    worst_group_recall, attack_detection_rate and detected_early (share of the groups with attacks of which any alert,
    or one of the first three, is shown), saved_at_99 and saved_at_999 (the largest share of alerts that need not be
    shown for that recall on this very part, so the most that any threshold could save here), expected_cost (of misses
    and false alarms per 1,000 alerts, in false alarms), and precision, recall and f1 each with _seen and _unseen (rule
    and host met in training or not). A figure with support 0 has nothing behind it.

    `confusion` counts truth (rows) against the likeliest verdict (columns), both in the order of `bundle.LABELS`.
    `breakdown` says where the errors lie, `detections` which attacks were noticed when.
    """

    threshold: float
    support: int
    attacks: int
    metrics: dict[str, Estimate]
    classes: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    calibration: tuple[CalibrationBin, ...]
    curve: tuple[CurvePoint, ...]
    breakdown: tuple[Slice, ...] = ()
    detections: tuple[Detection, ...] = ()


def figures(judged: Sequence[Judged], *, threshold: float) -> dict[str, float]:
    """Precision, recall and all of `Evaluation.metrics` that is no proportion, without intervals."""
    sheet = Sheet(judged, threshold=threshold)
    hits, shown, attacks = sheet.all.totals()
    return {
        **sheet.statistics(sheet.ones),
        "precision": hits / max(shown, 1),
        "recall": hits / max(attacks, 1),
    }


def evaluate(
    judged: Sequence[Judged], *, threshold: float, seed: int = 0, resamples: int = 200, miss_cost: float = MISS_COST
) -> Evaluation:
    """All figures of one model on one part, alerts shown from `threshold` on; a miss costs `miss_cost` false alarms.

    Raises:
        DataError: there is nothing to evaluate.
    """
    if not judged:
        raise DataError("there is no example to evaluate on")
    sheet = Sheet(judged, threshold=threshold, miss_cost=miss_cost)
    confusion, found = sheet.confusion(sheet.ones), detections(judged, threshold=threshold)
    return Evaluation(
        threshold=threshold,
        support=len(judged),
        attacks=sheet.all.totals()[2],
        metrics={**_metrics(sheet, seed=seed, resamples=resamples), **detected(found)},
        classes=tuple(_class_figures(confusion, place) for place in range(len(LABELS))),
        confusion=tuple(map(tuple, confusion)),
        calibration=calibration_bins(sheet.ranking.scores, sheet.ranking.attacks),
        curve=sheet.ranking.curve(),
        breakdown=breakdown(judged, threshold=threshold),
        detections=found,
    )


def _metrics(sheet: Sheet, *, seed: int, resamples: int) -> dict[str, Estimate]:
    total = len(sheet.rows)
    values = sheet.statistics(sheet.ones)
    intervals = bootstrap(sheet.statistics, groups=len(sheet.names), seed=seed, resamples=resamples)
    support = dict.fromkeys(values, sheet.all.totals()[2]) | {
        "macro_f1": total,
        "calibration_error": total,
        "expected_cost": total,
        "group_recall": len(sheet.all.recalls()),
        "f1_seen": sheet.seen.totals()[2],
        "f1_unseen": sheet.unseen.totals()[2],
    }
    return {
        **_proportions(sheet),
        **{name: around(value, intervals[name], support=support[name]) for name, value in values.items()},
    }


def _proportions(sheet: Sheet) -> dict[str, Estimate]:
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
        f1=f_beta(hits, said=said, true=truth),
        support=truth,
    )
