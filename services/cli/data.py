"""`winnow data`: what the training buffer holds."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_settings import SettingsConfigDict

from services.cli.output import as_json, say, table
from services.runtime.settings import BufferSettings, ProcessSettings

if TYPE_CHECKING:
    from services.runtime.buffer import BufferSummary

app = typer.Typer(help="The training buffer.", no_args_is_help=True)

ENOUGH = 500
"""Examples a class should have before its figures mean much."""


class DataSettings(ProcessSettings):
    """Where the buffer is."""

    model_config = SettingsConfigDict(title="data")

    buffer: BufferSettings = BufferSettings()


@app.callback()
def group() -> None:
    """The training buffer."""


@app.command()
def report(
    as_json_: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
    top: Annotated[int, typer.Option(help="How many rules and analysts to list.")] = 10,
) -> None:
    """Show what there is to learn from: counts by class, source, rule and analyst, with warnings.

    Example: `winnow data report --top 20`
    """
    from services.runtime.buffer import open_buffer

    buffer = open_buffer(DataSettings.read().buffer)
    try:
        summary = buffer.summary()
    finally:
        buffer.close()
    if as_json_:
        as_json({**asdict(summary), "warnings": _warnings(summary)})
        return
    _show(summary, top)
    for warning in _warnings(summary):
        say(f"warning: {warning}")


def _show(summary: "BufferSummary", top: int) -> None:
    stored = ("scores", "imported_alerts", "verdicts", "examples", "contested", "waiting")
    table("Stored", ("what", "count"), [(name.replace("_", " "), getattr(summary, name)) for name in stored])
    for title, counts in (
        ("Examples by class", summary.by_class),
        ("Examples by source", summary.by_source),
        ("Examples by rule", summary.by_rule),
        ("Verdicts that train, by analyst", summary.by_analyst),
        ("Verdicts by origin", summary.by_origin),
        ("All verdicts", summary.by_verdict),
    ):
        table(title, ("", "count"), list(counts.items())[:top])


def _warnings(summary: "BufferSummary") -> list[str]:
    warnings = [
        f"{name} has {count} examples; a class needs about {ENOUGH} before its figures mean much: collect more verdicts"
        for name, count in summary.by_class.items()
        if count < ENOUGH
    ]
    total = sum(summary.by_analyst.values())
    warnings += [
        f"{name or 'an analyst without a name'} gave {count / total:.0%} of the verdicts; training caps what one weighs"
        for name, count in summary.by_analyst.items()
        if total and count > total / 2
    ]
    if summary.waiting:
        warnings.append(f"{summary.waiting} verdicts wait for an alert that was never seen: do their alert ids match?")
    return warnings
