"""`winnow evaluate`: a bundle measured on labelled alerts, and on attacks edited as an attacker could."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.labelled import Format, verdicts_in
from services.cli.output import as_json, say, table
from services.core.sheet import MISS_COST

if TYPE_CHECKING:
    from services.core.bundle import Estimate
    from services.core.metrics import Evaluation
    from services.core.robustness import UnderAttack

Bundle = Annotated[str, typer.Argument(help="A bundle's folder or URL.")]
ATTACKED = 200
"""Attacks that `winnow evaluate` edits."""
SHOWN = (
    "precision",
    "recall",
    "missed",
    "f1",
    "average_precision",
    "roc_auc",
    "accuracy",
    "calibration_error",
    "group_recall",
    "false_positives_shown",
    "attack_detection_rate",
    "detected_early",
    "saved_at_99",
    "saved_at_999",
    "expected_cost",
    "saved",
    "missed_alerts",
    "missed_units",
    "lost_units",
)
"""The figures that are told, of those there are."""


def evaluate(
    bundle: Bundle,
    file: Annotated[Path, typer.Argument(help="FeedbackV1 with their alerts: JSON lines, or one JSON array.")],
    *,
    format_name: Format = None,
    miss_cost: Annotated[float, typer.Option(help="What a missed attack costs, in false alarms.", min=0.0)] = MISS_COST,
    html: Annotated[Path | None, typer.Option(help="Write a page with charts there too.")] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Measure a bundle on labelled alerts it has not seen, and on attacks an attacker has edited: figures, and errors.

    Each figure has its 95 % interval. Edits keep an attack's meaning; up to 200 attacks are tried.

    Example: `winnow evaluate models/alerts/20261123-030201-1a2b3c4d labelled.jsonl --html evaluation.html`
    """
    from services.trainer.by_hand import attack_bundle, evaluate_bundle, examples_of, open_bundle

    examples, model = examples_of(verdicts_in(file, format_name)), open_bundle(bundle)
    evaluation = evaluate_bundle(model, examples, miss_cost=miss_cost)
    attacked = attack_bundle(model, examples, limit=ATTACKED)
    if html is not None:
        _write_page(html, evaluation, attacked, bundle=bundle, file=file)
    if as_json_:
        metrics = evaluation.metrics | {f"adversarial.{name}": one for name, one in attacked.metrics.items()}
        as_json({**asdict(evaluation), "metrics": {name: one.model_dump() for name, one in metrics.items()}})
        return
    _show(evaluation)
    _show_under_attack(attacked)


def _write_page(html: Path, evaluation: "Evaluation", attacked: "UnderAttack", *, bundle: str, file: Path) -> None:
    from services.trainer.report.written import render_evaluation

    name = bundle.rstrip("/").rpartition("/")[2]
    html.write_text(render_evaluation(evaluation, attacked, model=name, examples=file.name), encoding="utf-8")
    say(f"{html} tells it with charts")


def _show(evaluation: "Evaluation") -> None:
    """Figures first, then what was missed and what was a false alarm, by what alerts are."""
    rows = [(name, one.value, one.low, one.high, one.support) for name, one in _shown(evaluation)]
    table(
        f"{evaluation.support:,} alerts, {evaluation.attacks:,} attacks, threshold P {evaluation.threshold:.3f}",
        ("figure", "value", "from", "to", "support"),
        rows,
    )
    slices = [
        (one.dimension, one.value, one.support, one.attacks, one.missed, one.false_alarms, one.recall.value)
        for one in evaluation.breakdown
        if one.missed or one.false_alarms
    ]
    table("Where it errs", ("by", "value", "alerts", "attacks", "missed", "false alarms", "recall"), slices)


def _shown(evaluation: "Evaluation") -> "list[tuple[str, Estimate]]":
    return [(name, one) for name, one in evaluation.metrics.items() if name in SHOWN]


def _show_under_attack(attacked: "UnderAttack") -> None:
    rows = [
        (name, one.applicable, one.caught, one.still_caught, one.success.value, one.recall.value)
        for name, one in attacked.edits.items()
    ]
    worst = sum(attacked.before), sum(attacked.after), attacked.success.value, attacked.recall.value
    table(
        f"{len(attacked.before):,} attacks under edits that keep their meaning, the worst of up to {attacked.budget}",
        ("edit", "applies", "caught", "still", "hidden", "recall"),
        [*rows, ("the worst", len(attacked.before), *worst)],
    )
