"""The model card and the page of one run."""

from pathlib import Path

from services.core.bundle import LABELS
from services.core.metrics import Evaluation
from services.core.robustness import UnderAttack
from services.trainer.report import drawings
from services.trainer.report.evaluated import COMPARED, evaluated
from services.trainer.report.page import environment, markdown_environment
from services.trainer.report.run_report import Measured, RunReport

CARD, PAGE = "card.md", "report.html"

HEADLINE = ("f1", "precision", "recall", "average_precision")


def write_report(report: RunReport, folder: Path) -> None:
    """Write `card.md` and `report.html` into a folder."""
    (folder / CARD).write_text(render_card(report), encoding="utf-8")
    (folder / PAGE).write_text(render_page(report), encoding="utf-8")


def render_card(report: RunReport) -> str:
    """The model card, in Markdown (after Mitchell et al., "Model Cards for Model Reporting", FAT* 2019)."""
    return markdown_environment().get_template("card.md.j2").render(**_values(report), labels=LABELS, compared=COMPARED)


def render_page(report: RunReport) -> str:
    """The page: HTML with its style and charts inside, without scripts."""
    loss = drawings.losses(report.training_loss, report.validation_loss)
    values = {**_values(report), **evaluated(report.models), "headline": HEADLINE, "losses": loss}
    return environment().get_template("report.html.j2").render(**values)


def render_evaluation(evaluation: Evaluation, attacked: UnderAttack | None = None, *, model: str, examples: str) -> str:
    """The page of one model on alerts it was not trained with: what it is and what it was measured on, in words."""
    values = evaluated({"model": Measured(holdout=evaluation, attacked=attacked)})
    template = environment().get_template("evaluation.html.j2")
    return template.render(model=model, examples=examples, headline=HEADLINE, **values)


def _values(report: RunReport) -> dict[str, object]:
    return {
        "report": report,
        "manifest": report.manifest,
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
