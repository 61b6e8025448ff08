"""`winnow feedback`: verdicts to their topic."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.lines import send_file
from services.cli.output import say
from services.runtime.settings import ProcessSettings
from services.siem.reading import FEEDBACK_FORMATS

app = typer.Typer(help="Analysts' verdicts.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Analysts' verdicts."""


@app.command()
def send(
    file: Annotated[Path, typer.Argument(help="Verdicts: JSON lines, or one JSON array.")],
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format", "-f", help=f"One of {', '.join(FEEDBACK_FORMATS)}, or one's own; recognised where not given."
        ),
    ] = None,
) -> None:
    """Send each verdict, as it is, to the topic of verdicts.

    Example: `winnow feedback send closed-alerts.jsonl --format elastic`
    """
    settings = ProcessSettings.read()
    count = send_file(file, topic=settings.topics.feedback, format_name=format_name, settings=settings)
    say(f"{count} verdicts sent to {settings.topics.feedback}")
