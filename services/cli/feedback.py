"""`winnow feedback`: verdicts to their topic, and closed alerts from files into the training buffer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.data import DataSettings
from services.cli.lines import read_items
from services.cli.output import DONE, PROBLEM, USAGE, as_json, fail, say, table
from services.cli.sending import send_items
from services.runtime.reader import reader_of
from services.runtime.settings import ProcessSettings
from services.siem.reading import ALERT_FORMATS, FEEDBACK_FORMATS

if TYPE_CHECKING:
    from services.runtime.history import Tally

app = typer.Typer(help="Analysts' verdicts.", no_args_is_help=True)
FORMATS = sorted({*ALERT_FORMATS, *FEEDBACK_FORMATS})


@app.callback()
def group() -> None:
    """Analysts' verdicts."""


@app.command()
def send(
    file: Annotated[Path, typer.Argument(help="Verdicts: JSON lines, or JSON that runs over lines; also in gzip.")],
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format", "-f", help=f"One of {', '.join(FEEDBACK_FORMATS)}, or one's own; recognised where not given."
        ),
    ] = None,
) -> None:
    """Send each verdict, as it is, to the topic of verdicts; exit code 1 when any was refused.

    Example: `winnow feedback send closed-alerts.jsonl --format elastic`
    """
    settings = ProcessSettings.read()
    topic, reader = settings.topics.feedback, reader_of(settings.siem)
    items, read = read_items(file, reader.is_verdict), reader.read_feedback
    raise typer.Exit(send_items(items, topic=topic, read=read, format_name=format_name, kafka=settings.kafka))


@app.command(name="import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(help="Closed alerts: JSON lines, an array or page (search, findings), or CSV; also in gzip."),
    ],
    format_name: Annotated[
        str | None,
        typer.Option("--format", "-f", help=f"One of {', '.join(FORMATS)}, or one's own; recognised where not given."),
    ] = None,
    refused: Annotated[
        Path | None,
        typer.Option(
            "--refused",
            help="Where refused items go, each with its line and reason, and without its content where alerts get "
            "pseudonyms; FILE.refused.jsonl where not given. A file of an earlier import is replaced, or taken away.",
        ),
    ] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Read an export of closed alerts into the training buffer, so that the first model can be trained on day one.

    Doing it again changes nothing. Alerts without a verdict are taken too: they are context for the others. Exit code 1
    when everything was refused.

    Example: `winnow feedback import closed-alerts.jsonl.gz --format elastic`
    """
    from services.cli.importing import import_file

    refused = refused or file.with_name(f"{file.name}.refused.jsonl")
    settings = DataSettings.read()
    reader = reader_of(settings.siem)
    if format_name is not None and format_name.strip().lower() not in reader.formats:
        fail(f"no format is called {format_name}; there are {', '.join(reader.formats)}", code=USAGE)
    if not file.is_file():
        fail(f"{file} is not a file", code=USAGE)
    if refused.resolve() == file.resolve():
        fail("--refused names the file that is read", code=USAGE)
    try:
        tally = import_file(file, buffer=settings.buffer, reader=reader, format_name=format_name, refused=refused)
    except OSError as error:  # of one of the two files; what was stored until then stays
        fail(f"{error.filename or file}: {error.strerror}", code=PROBLEM)
    _tell(tally, refused, for_program=as_json_)
    raise typer.Exit(DONE if tally.imported + tally.unchanged else PROBLEM)


def _tell(tally: "Tally", refused: Path, *, for_program: bool) -> None:
    reasons = dict(sorted(tally.refused.items()))
    counts = {"read": tally.read, "imported": tally.imported, "unchanged": tally.unchanged}
    total = sum(reasons.values())
    if for_program:
        as_json({**counts, "verdicts": tally.verdicts, "without_alert": tally.alone, "refused": reasons})
    else:
        rows = [*counts.items(), ("refused", total), *((f"  {reason}", number) for reason, number in reasons.items())]
        table("Imported", ("", "count"), rows)
    if not tally.read:
        say("the file has nothing in it")
    if total:
        say(f"{refused} has what was refused, each with its reason")
    if tally.alone:
        say(f"{tally.alone:,} verdicts brought no alert: they count once it is imported or scored under the same id")
