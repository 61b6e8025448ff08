"""How the command speaks: tables and lines on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from rich.console import Console
from rich.markup import escape
from rich.table import Table

DONE, PROBLEM, USAGE, MISSING = 0, 1, 2, 3

console = Console(stderr=True, highlight=False)
"""Where messages and progress go."""

_results = Console(highlight=False)


def say(message: str) -> None:
    """Tell the person something that is not a result."""
    console.print(escape(message), soft_wrap=True)  # a terminal breaks lines itself, and a file should have whole ones


def fail(message: str, *, code: int = PROBLEM) -> NoReturn:
    """Say what went wrong and what to do, and end with the code."""
    console.print(f"[red]error:[/red] {escape(message)}")
    raise SystemExit(code)


def line(text: str) -> None:
    """One line of result, as it is."""
    sys.stdout.write(text + "\n")


def as_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """A result for a program."""
    line(json.dumps(value, indent=2, default=str, ensure_ascii=False))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A result for a person; columns of numbers stand to the right."""
    rows = [tuple(row) for row in rows]
    drawn = Table(header_style="bold", box=None, pad_edge=False)
    for place, name in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        drawn.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(_cell(value) for value in row))
    _results.print(f"[italic]{escape(title)}[/italic]")  # a table's own title is no wider than the table
    _results.print(drawn)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return escape(str(value))
