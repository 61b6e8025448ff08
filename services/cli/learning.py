"""`winnow train | evaluate | score`: models without Kafka, from files and folders."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli.lines import read_items
from services.cli.output import DONE, PROBLEM, line, say

Bundle = Annotated[str, typer.Argument(help="A bundle's folder or URL.")]
CACHE_BYTES = 256 * 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command(rich_help_panel="Models without Kafka")(score)


def score(
    bundle: Bundle,
    file: Annotated[Path, typer.Argument(help="Alerts in the order of time: JSON lines, or one JSON array.")],
    format_name: Annotated[
        str | None, typer.Option("--format", "-f", help="Their format; recognised if absent.")
    ] = None,
) -> None:
    """Score a file of alerts: ScoreV1, a JSON line each; what is refused goes to stderr with its line and reason.

    Example: `winnow score models/alerts/20261123-030201-1a2b3c4d alerts.jsonl`
    """
    from services.classifier.loading import load_bundle
    from services.classifier.scoring import score_lines
    from services.siem.reading import Refusal

    model = load_bundle(bundle, cache_bytes=CACHE_BYTES)
    values = (value for _, value in read_items(file))
    refused = 0
    for item in score_lines(values, model, now=datetime.now(UTC), format_name=format_name):
        if isinstance(item, Refusal):
            refused += 1
            say(f"alert {item.index + 1}: {item.reason}: {item.detail}")
        else:
            line(item.to_bytes().decode())
    raise typer.Exit(PROBLEM if refused else DONE)
