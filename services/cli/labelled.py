"""Files of verdicts with their alerts, for commands that learn from them or measure by them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from schemas import FeedbackV1
from services.cli.lines import read_items
from services.cli.output import say
from services.runtime.reader import reader_of
from services.runtime.settings import ProcessSettings
from services.siem.reading import Refusal

Format = Annotated[str | None, typer.Option("--format", "-f", help="Its format; recognised where not given.")]


def verdicts_in(file: Path, format_name: str | None) -> Iterator[FeedbackV1]:
    """The verdicts of a file; what is refused is said and left out."""
    now = datetime.now(UTC)
    reader = reader_of(ProcessSettings.read().siem)
    for number, value in read_items(file, reader.is_verdict):
        for item in reader.read_feedback(value, format_name=format_name, received_at=now):
            if isinstance(item, Refusal):
                say(f"verdict {number}: {item.reason}: {item.detail}")
            else:
                yield item
