"""What the sections of a page that tell how good models are need to know."""

from services.core.breakdown import DIMENSIONS
from services.core.bundle import LABELS
from services.core.detection import Detection
from services.trainer.report import drawings
from services.trainer.report.drawings import Models, in_order, named

COMPARED = (
    "f1",
    "precision",
    "recall",
    "average_precision",
    "roc_auc",
    "macro_f1",
    "accuracy",
    "calibration_error",
    "false_positives_shown",
    "missed",
    "shown",
    "group_recall",
    "worst_group_recall",
    "attack_detection_rate",
    "detected_early",
    "saved_at_99",
    "saved_at_999",
    "expected_cost",
)
MEANINGS = {
    "f1": "harmonic mean of precision and recall on attacks, at the threshold",
    "precision": "share of the alerts shown that were attacks",
    "recall": "share of the attacks that were shown",
    "average_precision": "how well attacks are ranked before the rest, whatever the threshold",
    "roc_auc": "chance that an attack ranks above a harmless alert",
    "macro_f1": "F1 of the likeliest verdict, averaged over the three",
    "accuracy": "share of alerts whose likeliest verdict was right",
    "calibration_error": "mean gap between stated probability and share of attacks; lower is better",
    "false_positives_shown": "share of the harmless alerts shown; lower is better",
    "missed": "share of the attacks not shown; lower is better",
    "shown": "share of all alerts that analysts see",
    "group_recall": "recall averaged over incidents, else over rules on hosts",
    "worst_group_recall": "the lowest recall of any such group",
    "attack_detection_rate": "share of the attacks (such groups) of which any alert was shown",
    "detected_early": "share of the attacks of which one of the first three alerts was shown",
    "saved_at_99": "share of all alerts that need not be shown for that recall, the threshold taken from these alerts",
    "saved_at_999": "the same for 99.9 %; where attacks are fewer than a thousand, for all of them",
    "expected_cost": "of missed attacks and false alarms, per 1,000 alerts, in false alarms; lower is better",
}
_WORST = 10
"""Attacks that are listed, the worst first."""


def evaluated(models: Models) -> dict[str, object]:
    """The values of the templates in `templates/sections` that are about figures; the first model is the one judged."""
    judged = next(iter(models.values()))
    holdout = judged.holdout
    slices = {dimension: in_order(holdout.breakdown, dimension) for dimension in DIMENSIONS}
    return {
        "models": models,
        "holdout": holdout,
        "anchor": judged.anchor,
        "attacked": judged.attacked,
        "labels": LABELS,
        "compared": COMPARED,
        "meanings": MEANINGS,
        "ranking": drawings.ranking(models),
        "paired": drawings.paired(models),
        "errors": drawings.errors(holdout),
        "detection": drawings.detection(holdout),
        "calibration": drawings.calibration(holdout),
        "slices": {dimension: found for dimension, found in slices.items() if found},
        "named": named,
        "worst": [one for one in holdout.detections if one.first != 1][:_WORST],
        "attack_named": _attack_named,
    }


def _attack_named(detection: Detection) -> str:
    """An incident by its id, else the rule; the host stays out, for a report outlives what is forgotten on request."""
    rule, on_host, _ = detection.group.partition("\x1f")
    return f"{rule} on one host" if on_host else rule
