"""`winnow doctor`: whether what Winnow needs is there, and how much of it a stream of alerts takes."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from services.classifier.errors import ClassifierError
from services.cli.labelled import Format
from services.cli.looks import LOOKS, Unsound
from services.cli.output import DONE, PROBLEM, USAGE, as_json, fail, table
from services.cli.sizing import ALERTS, size_up
from services.core.errors import CoreError
from services.runtime.errors import RuntimeFailure, Unavailable

SOUND, WRONG, UNSEEN = "sound", "PROBLEM", "not looked at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, its state, and what was seen or what to do."""

    name: str
    state: str
    text: str


def register(app: typer.Typer) -> None:
    """Add the command to the tree."""
    app.command(rich_help_panel="On this machine")(doctor)


def doctor(
    *,
    size: Annotated[
        bool, typer.Option("--size", help="Measure what an alert takes here, and say what a stream needs.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option("--file", help="Alerts to measure by; by default the topic's newest are taken.")
    ] = None,
    format_name: Format = None,
    bundle: Annotated[str, typer.Option("--bundle", help="The model to measure; by default what is in service.")] = "",
    alerts: Annotated[
        int | None, typer.Option(min=1, max=1_000_000, help=f"How many messages to measure by; {ALERTS:,} by default.")
    ] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Look whether settings, Kafka, its topics, the model in service and the training buffer are as they should be.

    Nothing is changed by it; exit code 1 where something is wrong. With --size instead: measure on your own alerts and
    this processor what an alert takes, and print what 10 to a million alerts a second need: classifiers of one core
    each, partitions, Kafka's bytes.

    Example: `winnow doctor --size --file alerts.jsonl --bundle models/alerts/20261123-030201-1a2b3c4d`
    """
    if size:
        size_up(file, format_name=format_name, bundle=bundle, most=alerts or ALERTS, as_json_=as_json_)
    elif file or bundle or format_name or alerts:
        fail("--file, --format, --bundle and --alerts say what to measure: they need --size", code=USAGE)
    else:
        _look(as_json_=as_json_)


def _look(*, as_json_: bool) -> None:
    """Look at everything, and end with 1 where something is wrong."""
    found = list(_findings())
    if as_json_:
        as_json([asdict(each) for each in found])
    else:
        table("What Winnow needs", ("", "", "seen"), [(each.name, each.state, each.text) for each in found])
    raise typer.Exit(PROBLEM if any(each.state == WRONG for each in found) else DONE)


def _findings() -> Iterator[Finding]:
    """Everything in turn; what only Kafka can tell is not asked where it does not answer."""
    is_mute = False
    for name, look in LOOKS.items():
        if is_mute and name == "model":
            yield Finding(name=name, state=UNSEEN, text="Kafka's topic tells which one is in service")
            continue
        try:
            yield Finding(name=name, state=SOUND, text=look())
        except ModuleNotFoundError as error:
            yield Finding(name=name, state=UNSEEN, text=f"{error.name} is not installed here")
        except (RuntimeFailure, CoreError, ClassifierError, OSError, Unsound) as error:
            is_mute = is_mute or (name == "Kafka" and isinstance(error, Unavailable))
            yield Finding(name=name, state=WRONG, text=str(error))
