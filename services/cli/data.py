"""`winnow data`: what the training buffer holds, and erasing what it holds of somebody."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic_settings import SettingsConfigDict

from services.cli.buffer import require_buffer
from services.cli.output import DONE, PROBLEM, USAGE, as_json, fail, say, table
from services.core.subject import Subject, SubjectKind
from services.runtime.reader import pseudonym_key_in, pseudonyms_of
from services.runtime.settings import BufferSettings, ProcessSettings
from services.siem.aliases import aliases

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
    """Show what there is to learn from: counts by class, source, rule and analyst, and what is wrong with it.

    Duplicates, contradictory verdicts, likely label errors, analysts who judge apart, leaks and the like, each with
    its count, what it means and what to do; this needs the extra `trainer`. Exit code 1 where no model should be made.

    Example: `winnow data report --top 20`
    """
    from services.cli.quality import look, show_quality
    from services.runtime.buffer import open_buffer

    settings = DataSettings.read().buffer
    require_buffer(settings)
    buffer = open_buffer(settings)
    try:
        summary = buffer.summary()
        quality = look(buffer)
    finally:
        buffer.close()
    warnings = _warnings(summary, looked=quality.found is not None)
    if as_json_:
        as_json({**asdict(summary), "warnings": warnings, "quality": quality.as_json()})
    else:
        _show(summary, top)
        show_quality(quality)
        for warning in warnings:
            say(f"warning: {warning}")
    raise typer.Exit(PROBLEM if quality.is_blocked else DONE)


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


def _warnings(summary: "BufferSummary", *, looked: bool) -> list[str]:
    """What counts alone can tell; where quality was looked at, it has said most of it."""
    warnings = [] if looked else _of_counts(summary)
    if summary.waiting:
        warnings.append(f"{summary.waiting} verdicts wait for an alert that was never seen: do their alert ids match?")
    return warnings


def _of_counts(summary: "BufferSummary") -> list[str]:
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
    return warnings


@app.command()
def forget(
    *,
    user: Annotated[str, typer.Option(help="A user's name; DOMAIN\\NAME for that domain's alone.")] = "",
    host: Annotated[str, typer.Option(help="A machine's name, as its alerts have it.")] = "",
    ip: Annotated[str, typer.Option(help="An IP address.")] = "",
    email: Annotated[str, typer.Option(help="An e-mail address.")] = "",
    earlier: Annotated[
        list[Path] | None,
        typer.Option(
            "--pseudonym-key-file", help="A file with an earlier key, where alerts got other pseudonyms; any number of."
        ),
    ] = None,
    mentions: Annotated[
        bool,
        typer.Option("--mentions", help="Also alerts that only mention it: in a title, evidence, a verdict's reason."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json_: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Erase every alert about one user, machine or address from the buffer, with its scores and verdicts.

    It is found under its name and its pseudonyms, those of the key in the settings and of each earlier key that is
    given; a pseudonym itself may stand in place of the name. Pseudonyms are the same in all domains of a user.

    A record of it stays: when, of what kind, how many, and a salted hash of the name. Kafka's topics, the trainer's run
    folders and backups are not touched.

    Example: `winnow data forget --user jdoe --dry-run`
    """
    from services.runtime.buffer import open_eraser

    settings = DataSettings.read()
    keys = [pseudonym_key_in(file) for file in earlier or ()]
    if (pseudonyms := pseudonyms_of(settings.siem)) is not None:
        keys.append(pseudonyms.key)
    subject = _subject({"user": user, "host": host, "ip": ip, "email": email}, keys)
    require_buffer(settings.buffer)
    eraser = open_eraser(settings.buffer)
    try:
        found = eraser.find(subject)
        chosen = found.about | found.mentioning if mentions else found.about
        counts = {"alerts": len(chosen)}
        if not dry_run:
            counts = asdict(eraser.erase(subject, chosen, now=datetime.now(UTC)))
    finally:
        eraser.close()
    left = 0 if mentions else len(found.mentioning)
    if as_json_:
        as_json({**counts, "erased": not dry_run, "only_mentioned_in": left})
        return
    table("Would be erased" if dry_run else "Erased", ("what", "count"), counts.items())
    if left:
        say(f"{left:,} other alerts only mention it and stay; --mentions takes them too")


def _subject(given: dict[str, str], keys: Sequence[bytes]) -> Subject:
    """Whom the options name: what was kept before pseudonyms were, or under another key, has other values for them."""
    named = {kind: value.strip() for kind, value in given.items() if value.strip()}
    if len(named) != 1:
        fail("name one of --user, --host, --ip and --email", code=USAGE)
    ((kind, value),) = named.items()
    if kind == "ip":
        try:
            ip_address(value)
        except ValueError:
            fail(f"{value} is not an IP address", code=USAGE)
    subject = Subject(SubjectKind(kind), value)
    return replace(subject, also=frozenset().union(*(aliases(subject, key) for key in keys)))
