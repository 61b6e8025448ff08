"""`winnow score`: a bundle's scores of a file of alerts."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli.evaluating import Bundle
from services.cli.labelled import Format
from services.cli.lines import read_items
from services.cli.output import DONE, PROBLEM, line, say
from services.runtime.reader import reader_of
from services.runtime.settings import ProcessSettings
from services.siem.reading import Refusal

CACHE_BYTES = 256 * 1024 * 1024
"""Of vectors of texts that come again."""


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
