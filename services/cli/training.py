"""`winnow train`: a run without Kafka, on the training buffer or a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress as Bar

from services.cli.buffer import require_buffer
from services.cli.evaluating import SHOWN
from services.cli.labelled import Format, verdicts_in
from services.cli.output import DONE, PROBLEM, console, fail, say, table
from services.runtime.logs import set_up_logs
from services.runtime.settings import LogSettings

if TYPE_CHECKING:
    from services.core.example import Example
    from services.core.surges import Sighting
    from services.trainer.plan import RunResult
    from services.trainer.settings import TrainerSettings


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
    examples, recent = (examples_of(verdicts_in(data, format_name)), []) if data is not None else _buffered(settings)
    with Bar(console=console) as bar:
        task = bar.add_task("training", total=1.0)
        folder, result = train_by_hand(
            examples,
            out,
            recent=recent,
            settings=settings,
            report=lambda progress: bar.update(task, completed=progress.done, description=progress.stage),
        )
    _tell(folder, result)
    raise typer.Exit(DONE if result.promoted else PROBLEM)


def _buffered(settings: "TrainerSettings") -> "tuple[list[Example], list[Sighting]]":
    from services.runtime.buffer import open_buffer

    require_buffer(settings.buffer)
    buffer = open_buffer(settings.buffer)
    try:
        return buffer.examples(), buffer.recent()
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
