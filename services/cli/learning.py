"""`winnow train | evaluate | score`: models without Kafka, from the buffer, files and folders."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress as Bar

from schemas import FeedbackV1
from services.cli.lines import read_items
from services.cli.output import DONE, PROBLEM, as_json, console, fail, line, say, table
from services.core.sheet import MISS_COST
from services.runtime.logs import set_up_logs
from services.runtime.reader import reader_of
from services.runtime.settings import LogSettings, ProcessSettings
from services.siem.reading import Refusal

if TYPE_CHECKING:
    from services.core.bundle import Estimate
    from services.core.example import Example
    from services.core.metrics import Evaluation
    from services.core.robustness import UnderAttack
    from services.trainer.plan import RunResult
    from services.trainer.settings import TrainerSettings

Bundle = Annotated[str, typer.Argument(help="A bundle's folder or URL.")]
History = Annotated[Path, typer.Argument(help="FeedbackV1 with their alerts: JSON lines, or one JSON array.")]
Format = Annotated[str | None, typer.Option("--format", "-f", help="Its format; recognised where not given.")]
ATTACKED = 200
"""Attacks that `winnow evaluate` edits."""
CACHE_BYTES = 256 * 1024 * 1024
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


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    for command in (train, evaluate, score):
        app.command(rich_help_panel="Models without Kafka")(command)


def train(
    data: Annotated[
        Path | None, typer.Option("--data", help="FeedbackV1 with their alerts; the training buffer where not given.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the run: bundle, report, snapshot.")] = Path("runs"),
    format_name: Format = None,
) -> None:
    """Do one training run without publishing anything; exit code 1 when the model is rejected.

    Example: `winnow train --data labelled.jsonl --out runs`
    """
    from services.trainer.by_hand import examples_of
    from services.trainer.by_hand import train as train_by_hand
    from services.trainer.settings import TrainerSettings

    settings = TrainerSettings.read()
    set_up_logs(LogSettings(level="WARNING", format="text"), service="train")
    examples = examples_of(_history(data, format_name)) if data is not None else _buffered(settings)
    with Bar(console=console) as bar:
        task = bar.add_task("training", total=1.0)
        folder, result = train_by_hand(
            examples,
            out,
            settings=settings,
            report=lambda progress: bar.update(task, completed=progress.done, description=progress.stage),
        )
    _tell(folder, result)
    raise typer.Exit(DONE if result.promoted else PROBLEM)


def _buffered(settings: "TrainerSettings") -> "list[Example]":
    from services.runtime.buffer import open_buffer

    buffer = open_buffer(settings.buffer)
    try:
        return buffer.examples()
    finally:
        buffer.close()


def _tell(folder: Path, result: "RunResult") -> None:
    if result.failure:
        fail(f"no model: {result.failure}")
    rows = [("passed" if reason.passed else "FAILED", reason.rule, reason.text) for reason in result.reasons]
    table("The gate", ("", "rule", "found"), rows)
    table(
        "On the holdout",
        ("figure", "value"),
        [(name, result.metrics[name]) for name in SHOWN if name in result.metrics],
    )
    say(f"{folder / 'bundle'} has the model; {folder / 'bundle' / 'report.html'} tells about it")


def evaluate(
    bundle: Bundle,
    file: History,
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

    examples, model = examples_of(_history(file, format_name)), open_bundle(bundle)
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


def _history(file: Path, format_name: str | None) -> Iterator[FeedbackV1]:
    """The verdicts of a file; what is refused is said and left out."""
    now = datetime.now(UTC)
    reader = reader_of(ProcessSettings.read().siem)
    for number, value in read_items(file, reader.is_verdict):
        for item in reader.read_feedback(value, format_name=format_name, received_at=now):
            if isinstance(item, Refusal):
                say(f"verdict {number}: {item.reason}: {item.detail}")
            else:
                yield item


def score(
    bundle: Bundle,
    file: Annotated[Path, typer.Argument(help="Alerts in the order of time: JSON lines, or one JSON array.")],
    format_name: Format = None,
) -> None:
    """Score a file of alerts: ScoreV1, a JSON line each; what is refused goes to stderr with its line and reason.

    Example: `winnow score models/alerts/20261123-030201-1a2b3c4d alerts.jsonl`
    """
    from services.classifier.loading import load_bundle
    from services.classifier.scoring import score_lines
    from services.classifier.settings import ClassifierSettings, audit_of

    model = load_bundle(bundle, cache_bytes=CACHE_BYTES, audit=audit_of(ClassifierSettings.read().classifier))
    reader = reader_of(ProcessSettings.read().siem)
    values = (value for _, value in read_items(file, reader.is_alert))
    refused = 0
    for item in score_lines(values, model, reader=reader, now=datetime.now(UTC), format_name=format_name):
        if isinstance(item, Refusal):
            refused += 1
            say(f"alert {item.index + 1}: {item.reason}: {item.detail}")
        else:
            line(item.to_bytes().decode())
    raise typer.Exit(PROBLEM if refused else DONE)
