"""What `winnow doctor` looks at: each a function that says what it saw, or raises what is wrong."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.runtime.settings import ProcessSettings


class Unsound(Exception):
    """What is there is not as it should be; the message says what to do."""


def settings() -> str:
    """Every service's settings, and the files they name."""
    from services.classifier.settings import ClassifierSettings, audit_of
    from services.collector.settings import CollectorSettings
    from services.gateway.settings import GatewaySettings
    from services.runtime.reader import reader_of
    from services.runtime.settings import config_file
    from services.trainer.settings import TrainerSettings

    own = ClassifierSettings.read()
    audit_of(own.classifier)
    reader_of(own.siem)
    for each in (own, CollectorSettings.read(), TrainerSettings.read(), GatewaySettings.read()):
        _require_files(each)
    file = config_file()
    return f"read from {file} and the environment" if file.is_file() else "read from the environment"


def _require_files(settings: "ProcessSettings") -> None:
    """Every `…_file` of a section must be there."""
    for section in type(settings).model_fields:
        for name, value in getattr(settings, section):
            if name.endswith("_file") and value is not None and not Path(value).is_file():
                raise Unsound(f"{section}.{name} names {value}, which is not a file")


def kafka() -> str:
    """The broker and its topics."""
    from services.runtime.settings import ProcessSettings
    from services.runtime.topics import check_topics, planned_topics

    settings = ProcessSettings.read()
    problems = check_topics(settings.kafka, planned_topics(settings.topics))
    if problems:
        raise Unsound("; ".join(problems))
    return f"{settings.kafka.bootstrap_servers} answers, all topics are as they should be"


def model() -> str:
    """What is in service, loaded as a classifier would."""
    from services.classifier.loading import load_served
    from services.runtime.model_events import latest
    from services.runtime.settings import ProcessSettings

    event = latest(ProcessSettings.read())
    if event is None or event.serving is None:
        return "none is in service yet: alerts pass unscored, and are shown"
    model = load_served(event.serving, cache_bytes=0)
    told, tokens = len(model.manifest.canaries), model.encoder.tokens
    where = f"on a GPU, {tokens} tokens a run" if tokens else "on the CPU, text by text"
    return (
        f"{model.version} serves: its files are what was announced, {told} canaries answer as where it was made; "
        f"it runs {where}"
    )


def buffer() -> str:
    """The training buffer, its tables neither made nor upgraded."""
    from services.cli.data import DataSettings
    from services.runtime.buffer import Tables, missing_file, tables_in

    settings = DataSettings.read().buffer
    if (missing := missing_file(settings)) is not None:
        return f"{missing} is not there yet; the collector makes it"
    tables = tables_in(settings)
    if tables is Tables.OTHER:
        raise Unsound("its tables are of another version; the collector upgrades older ones when it starts")
    return "it answers, its tables are " + ("the newest" if tables is Tables.NEWEST else "not there yet")


def processor() -> str:
    """What classifiers encode on."""
    from services.runtime.cores import usable_cores

    return f"{usable_cores()} cores; `winnow doctor --size` says what they are worth"


LOOKS: Mapping[str, Callable[[], str]] = {
    "settings": settings,
    "Kafka": kafka,
    "model": model,
    "buffer": buffer,
    "processor": processor,
}
"""In the order they are looked at."""
