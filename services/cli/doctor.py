"""`winnow doctor`: whether what Winnow needs is there, and how much of it a stream of alerts takes."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from services.cli.labelled import Format
from services.cli.output import DONE, PROBLEM, USAGE, as_json, fail, table
from services.cli.sizing import size_up
from services.core.errors import CoreError
from services.runtime.errors import RuntimeFailure

ALERTS = 2_000
"""Messages that a sizing looks at; a classifier has done with them in some seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, whether it is as it should be, and what was seen or what to do."""

    name: str
    sound: bool
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
    alerts: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many messages to measure by.")] = ALERTS,
    as_json_: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Look whether settings, Kafka, its topics, the model in service and the training buffer are as they should be.

    With --size instead: measure on your own alerts and this processor what an alert takes, and print what 10 to a
    million alerts a second need: classifiers of one core each, partitions, Kafka's bytes. Exit code 1 where something
    is wrong.

    Example: `winnow doctor --size --file alerts.jsonl --bundle models/alerts/20261123-030201-1a2b3c4d`
    """
    if size:
        size_up(file, format_name=format_name, bundle=bundle, most=alerts, as_json_=as_json_)
    elif file or bundle or format_name:
        fail("--file, --format and --bundle say what to measure: they need --size", code=USAGE)
    else:
        _look(as_json_=as_json_)


def _look(*, as_json_: bool) -> None:
    """Look at everything, and end with 1 where something is not sound."""
    found = list(_findings())
    if as_json_:
        as_json([asdict(each) for each in found])
    else:
        rows = [(each.name, "sound" if each.sound else "PROBLEM", each.text) for each in found]
        table("What Winnow needs", ("", "", "seen"), rows)
    raise typer.Exit(DONE if all(each.sound for each in found) else PROBLEM)


def _findings() -> Iterator[Finding]:
    """Everything in turn; what only Kafka can tell is not asked where it does not answer."""
    looks = {"settings": _settings, "Kafka": _kafka, "model": _model, "buffer": _buffer, "processor": _processor}
    is_mute = False
    for name, look in looks.items():
        found = _found(name, _unasked if is_mute and look is _model else look)
        is_mute = is_mute or (look is _kafka and not found.sound)
        yield found


def _found(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name=name, sound=True, text=look())
    except (RuntimeFailure, CoreError, _Unsound) as error:
        return Finding(name=name, sound=False, text=str(error))
    except ModuleNotFoundError as error:
        return Finding(name=name, sound=True, text=f"not looked at: {error.name} is not installed here")


def _unasked() -> str:
    raise _Unsound("not looked at: Kafka's topic tells which one is in service")


class _Unsound(Exception):
    """What is there is not as it should be; the message says what to do."""


def _settings() -> str:
    from services.classifier.settings import ClassifierSettings, audit_of
    from services.cli.data import DataSettings
    from services.runtime.reader import reader_of
    from services.runtime.settings import config_file

    own = ClassifierSettings.read()
    audit_of(own.classifier)
    reader_of(own.siem)
    DataSettings.read()
    file = config_file()
    return f"read from {file} and the environment" if file.is_file() else "read from the environment"


def _kafka() -> str:
    from services.runtime.settings import ProcessSettings
    from services.runtime.topics import check_topics, planned_topics

    settings = ProcessSettings.read()
    problems = check_topics(settings.kafka, planned_topics(settings.topics))
    if problems:
        raise _Unsound("; ".join(problems))
    return f"{settings.kafka.bootstrap_servers} answers, all topics are as they should be"


def _model() -> str:
    """Load what is in service as a classifier would."""
    from services.classifier.errors import ModelUnusable
    from services.classifier.loading import load_served
    from services.runtime.model_events import latest
    from services.runtime.settings import ProcessSettings

    event = latest(ProcessSettings.read())
    if event is None or event.serving is None:
        return "none is in service yet: alerts pass unscored, and are shown"
    try:
        model = load_served(event.serving, cache_bytes=0)
    except ModelUnusable as error:
        raise _Unsound(f"{event.serving.version} cannot serve here: {error}") from error
    told = len(model.manifest.canaries)
    return f"{model.version} serves: its files are what was announced, {told} canaries answer as where it was made"


def _buffer() -> str:
    from services.cli.data import DataSettings
    from services.runtime.buffer import missing_file, open_buffer

    settings = DataSettings.read().buffer
    if (missing := missing_file(settings)) is not None:
        return f"{missing} is not there yet; the collector makes it"
    buffer = open_buffer(settings)
    try:
        summary = buffer.summary()
    finally:
        buffer.close()
    return f"{summary.scores:,} scores, {summary.verdicts:,} verdicts, {summary.examples:,} examples to learn from"


def _processor() -> str:
    import onnxruntime as ort

    from services.runtime.process import usable_cores

    found = ort.get_available_providers()
    kind = "a GPU" if "CUDAExecutionProvider" in found else "no GPU"
    return f"{usable_cores()} cores, {kind} that ONNX Runtime {ort.__version__} can use"
