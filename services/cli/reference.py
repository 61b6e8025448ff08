"""REFERENCE.md, every command and setting, written from the code: `python -m services.cli.reference [--check]`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click
import typer
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from services.classifier.settings import ClassifierSettings
from services.cli.app import app
from services.collector.settings import CollectorSettings
from services.gateway.settings import GatewaySettings
from services.runtime.settings import ProcessSettings, Section
from services.trainer.settings import TrainerSettings

PAGE = Path("REFERENCE.md")
_HEAD = """# Reference

Every command and every setting. `make generate` writes this page from the code; `make check` fails when it is old.

Exit codes of every command: 0 done, 1 found a problem, 2 wrong usage or settings, 3 something it needs is not there.
"""
_SETTINGS_HEAD = """## Settings

Read once at start: the environment over a TOML file over these defaults. The file is `winnow.toml` in the working
directory, or the one `WINNOW_CONFIG` names; a section of the file is a section below (`[kafka]`, …). A field's variable
is `WINNOW_<SECTION>__<FIELD>`, for example `WINNOW_KAFKA__BOOTSTRAP_SERVERS`.
"""
_ORDER: tuple[type[ProcessSettings], ...] = (
    ProcessSettings,
    ClassifierSettings,
    CollectorSettings,
    TrainerSettings,
    GatewaySettings,
)


def reference() -> str:
    """The whole page."""
    commands = "\n".join(_commands(typer.main.get_command(app), "winnow"))
    return "\n".join([_HEAD, "## Commands", "", commands, _SETTINGS_HEAD, *_sections()]).rstrip() + "\n"


def _commands(command: Any, name: str) -> Iterator[str]:  # noqa: ANN401 - click's or typer's own kind
    children = getattr(command, "commands", None)
    if children is not None:
        for child_name, child in children.items():
            yield from _commands(child, f"{name} {child_name}")
        return
    context = click.Context(command, info_name=name)
    arguments = " ".join(word for word in command.collect_usage_pieces(context) if word != "[OPTIONS]")
    yield f"### `{f'{name} {arguments}'.rstrip()}`\n"
    yield (command.help or "").strip() + "\n"
    yield from (f"- `{', '.join(option.opts)}` {option.help}" for option in _options(command))
    yield ""


def _options(command: Any) -> list[Any]:  # noqa: ANN401
    return [one for one in command.params if one.param_type_name == "option" and one.name != "help"]


def _sections() -> Iterator[str]:
    written: set[str] = set()
    for settings in _ORDER:
        for name, field in settings.model_fields.items():
            if name not in written and isinstance(field.annotation, type) and issubclass(field.annotation, Section):
                written.add(name)
                yield _section(f"[{name}]", field.annotation)
                yield from (_section(f"[[{name}.{each}]]", kind) for each, kind in _lists(field.annotation))


def _lists(section: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """A section's fields that are lists of sections."""
    for name, field in section.model_fields.items():
        yield from (
            (name, kind) for kind in get_args(field.annotation) if isinstance(kind, type) and issubclass(kind, Section)
        )


def _section(title: str, section: type[BaseModel]) -> str:
    summary = (section.__doc__ or "").strip().splitlines()[0]
    rows = [
        f"| `{field_name}` | `{_default(field)}` | {' '.join((field.description or '').split())} |"
        for field_name, field in section.model_fields.items()
    ]
    return "\n".join([f"### `{title}`\n", f"{summary}\n", "| field | default | meaning |", "|---|---|---|", *rows, ""])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        return value.get_secret_value() or '""'
    return '""' if value == "" else str(value)


def main(arguments: list[str]) -> int:
    """Write the page, or with --check say whether it is what the code says."""
    if "--check" in arguments:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != reference():
            sys.stderr.write(f"{PAGE} is not what the code says: run `make generate`\n")
            return 1
        return 0
    PAGE.write_text(reference(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
