"""The model card and the page of one run."""

from dataclasses import dataclass
from pathlib import Path

from services.core.bundle import LABELS
from services.core.metrics import Evaluation
from services.trainer.report.charts import Frame, Point, lines, matrix, reliability
from services.trainer.report.page import environment, markdown_environment, plain
from services.trainer.report.run_report import RunReport

CARD, PAGE = "card.md", "report.html"

HEADLINE = ("f1", "precision", "recall", "average_precision")
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
}
_UNIT = (-0.02, 1.02)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart with its heading and what to look for in it."""

    title: str
    svg: str
    caption: str


def write_report(report: RunReport, folder: Path) -> None:
    """Write `card.md` and `report.html` into a folder."""
    (folder / CARD).write_text(render_card(report), encoding="utf-8")
    (folder / PAGE).write_text(render_page(report), encoding="utf-8")


def render_card(report: RunReport) -> str:
    """The model card, in Markdown (after Mitchell et al., "Model Cards for Model Reporting", FAT* 2019)."""
    return markdown_environment().get_template("card.md.j2").render(**_values(report))


def render_page(report: RunReport) -> str:
    """The page: HTML with its style and charts inside, without scripts."""
    return environment().get_template("report.html.j2").render(drawings=_drawings(report), **_values(report))


def _values(report: RunReport) -> dict[str, object]:
    return {
        "report": report,
        "manifest": report.manifest,
        "labels": LABELS,
        "headline": HEADLINE,
        "compared": COMPARED,
        "meanings": MEANINGS,
        "limits": _limits(report),
    }


def _limits(report: RunReport) -> list[str]:
    manifest = report.manifest
    last = f"{manifest.data.last:%Y-%m-%d}" if manifest.data.last else "the last verdict"
    limits = [
        "It learned from what analysts said. Where they err together, so does it, and the holdout cannot show that.",
        f"It was judged on one place's rules, hosts and habits, up to {last}. What is new since, it may get wrong.",
        "A score says which alerts to look at first. Winnow closes none by itself.",
        f"Texts are cut after {manifest.max_tokens} tokens; what comes later does not count.",
    ]
    return (
        [*limits, "The data are synthetic: no figure carries over to real alerts."]
        if manifest.data.synthetic
        else limits
    )


def _drawings(report: RunReport) -> list[Drawing]:
    holdout = report.candidate.holdout
    drawn = [
        Drawing(
            title="Precision and recall",
            svg=_curves(report),
            caption="Further up and right is better; the dot is the candidate at its threshold.",
        ),
        Drawing(
            title="Likeliest verdict against truth",
            svg=matrix(
                holdout.confusion,
                names=[label.replace("_", "\n") for label in LABELS],
                frame=Frame(title="Likeliest verdict against truth", x="said", y="truth"),
            ),
            caption="Each row is a truth: how many alerts of it were said to be what.",
        ),
        Drawing(
            title="Calibration",
            svg=_calibration(holdout),
            caption="On the dashed line a probability means what it says.",
        ),
    ]
    if report.training_loss or report.validation_loss:
        kept = "The model kept is the one with the lowest validation loss."
        drawn.append(Drawing(title="Loss", svg=_losses(report), caption=kept))
    return drawn


def _curves(report: RunReport) -> str:
    series = {name: _curve(model.holdout) for name, model in report.models.items()}
    frame = Frame(title="Precision against recall", x="recall", y="precision", x_limits=_UNIT, y_limits=_UNIT)
    own = report.candidate.holdout.metrics
    dots = {"candidate": (own["recall"].value, own["precision"].value)}
    return lines({plain(name): points for name, points in series.items() if points}, frame=frame, dots=dots)


def _curve(evaluation: Evaluation) -> list[Point]:
    return [(point.recall, point.precision) for point in evaluation.curve]


def _calibration(evaluation: Evaluation) -> str:
    points = [(one.predicted, one.observed, one.count) for one in evaluation.calibration]
    frame = Frame(
        title="Calibration", x="P(true positive) as stated", y="share of attacks", x_limits=_UNIT, y_limits=(-0.04, 1.1)
    )
    return reliability(points, frame=frame)


def _losses(report: RunReport) -> str:
    series = {"training": report.training_loss, "validation": report.validation_loss}
    return lines(
        {name: points for name, points in series.items() if points},
        frame=Frame(title="Loss", x="pass", y="loss", whole_x=True),
    )
