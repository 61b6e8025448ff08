"""`winnow demo | up | down | status`: Winnow on this machine, with nothing but Python."""

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.output import DONE, PROBLEM, as_json, say, table
from services.runtime.logs import set_up_logs
from services.runtime.settings import LogSettings

if TYPE_CHECKING:
    from services.sandbox.system import LocalSystem

Folder = Annotated[Path, typer.Option("--folder", help="Where everything of this system lies.")]
HOME = Path(".winnow")


def register(app: typer.Typer) -> None:
    """Add the commands to the tree."""
    app.command(rich_help_panel="On this machine")(demo)
    app.command(rich_help_panel="On this machine")(up)
    app.command(rich_help_panel="On this machine")(down)
    app.command(rich_help_panel="On this machine")(status)


def demo(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the reports and the models, a new one; by default winnow-demo[-N]."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the simulated SOC and of training.")] = 7,
) -> None:
    """Run the whole loop against a simulated SOC: about 8 minutes, ending with report.json and report.html.

    Example: `winnow demo --out my-demo --seed 7`
    """
    from services.cli.demo import play

    raise typer.Exit(play(out=out or unused("winnow-demo"), seed=seed))


def unused(name: str) -> Path:
    """The first of name, name-2, name-3, … that does not exist here."""
    names = (Path(name if number == 1 else f"{name}-{number}") for number in count(1))
    return next(path for path in names if not path.exists())


def up(folder: Folder = HOME) -> None:
    """Start embedded Kafka and all services and leave them running, on loopback only.

    Example: `winnow up`
    """
    from services.sandbox.system import SERVICES

    set_up_logs(LogSettings(level="WARNING", format="text"), service="up")
    system = _system(folder, detached=True)
    if system.broker.pid is None:
        system.start_broker()
    for service in SERVICES:
        if system.process(service) is None:
            system.start(service)
    for service in SERVICES:
        say(f"the {service} was ready after {system.wait_until_ready(service):.1f} s")
    say(f"Kafka is at {system.broker.bootstrap}; settings for every command: export WINNOW_CONFIG={system.config}")
    say("`winnow status` shows what runs, `winnow down` stops it")


def down(folder: Folder = HOME) -> None:
    """Stop what `winnow up` started; nothing is deleted.

    Example: `winnow down`
    """
    _system(folder, detached=True).down()
    say("all is stopped")


def status(
    folder: Folder = HOME, as_json_: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False
) -> None:
    """Show what runs, its model, rates and lag; exit code 1 when something does not run or is not sound.

    Example: `winnow status`
    """
    from services.sandbox.status import system_status

    rows = system_status(_system(folder, detached=True))
    if as_json_:
        as_json(rows)
    else:
        _show(rows)
    raise typer.Exit(DONE if all(row["healthy"] for row in rows) else PROBLEM)


def _show(rows: list[dict[str, Any]]) -> None:
    shown = [
        (
            row["name"],
            row["pid"] or "-",
            _state(row),
            row["address"],
            ", ".join(f"{name} {value}" for name, value in row["facts"].items()),
        )
        for row in rows
    ]
    table("Winnow on this machine", ("", "process", "state", "address", "facts"), shown)


def _state(row: dict[str, Any]) -> str:
    if not row["pid"]:
        return "NOT RUNNING"
    return "sound" if row["healthy"] else "NOT SOUND"


def _system(folder: Path, *, detached: bool) -> "LocalSystem":
    from services.sandbox.system import LocalSystem

    return LocalSystem(folder, detached=detached, say=say)
