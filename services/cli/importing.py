"""Importing a file of history: with a bar while it runs, and with a file of what was refused."""

import json
import os
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import IO

from rich.console import RenderableType
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from services.cli.output import console
from services.runtime.buffer import open_writer
from services.runtime.history import HistoryFile, Item, Tally, import_history
from services.runtime.settings import BufferSettings
from services.siem.reading import Reader, Refusal


def import_file(file: Path, *, buffer: BufferSettings, reader: Reader, format_name: str | None, refused: Path) -> Tally:
    """Import a file into the buffer; what is refused goes to the file `refused`, if anything is.

    Where alerts get pseudonyms its content stays out: it names whom they hide.

    Raises:
        SettingsInvalid: the buffer's URL is not usable.
        Unavailable: the buffer does not answer. What was stored until then stays; doing it again does the rest.
    """
    with ExitStack() as stack:
        writer = stack.enter_context(closing(open_writer(buffer)))
        history = stack.enter_context(HistoryFile(file, is_known=reader.is_known))
        refusals = stack.enter_context(Refusals(refused, values=not reader.is_private))
        bar = stack.enter_context(_Bar(history))
        return import_history(
            history.items(), writer, reader=reader, format_name=format_name, refuse=refusals.add, progress=bar.tell
        )


class _Bar(Progress):
    """How much of the file is read: looked at whenever the bar is drawn, as bringing rows together stores nothing."""

    def __init__(self, history: HistoryFile) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        super().__init__(*columns, console=console)
        self._history = history
        self._reading = self.add_task("importing", total=history.size)

    def get_renderables(self) -> Iterable[RenderableType]:
        """Draw it."""
        for task in self.task_ids:
            self.update(task, completed=self._history.position)
        yield from super().get_renderables()

    def tell(self, tally: Tally) -> None:
        """Say how many alerts and verdicts that was."""
        self.update(self._reading, description=f"importing: {tally.read:,} read")


class Refusals:
    """A file of what was refused, a JSON object each line: `number`, `reason`, `detail`, and where asked for `value`.

    One of an earlier import is gone from the start; it is made with the first refusal, for its owner alone to read.
    Used as a context manager.
    """

    def __init__(self, path: Path, *, values: bool) -> None:
        self._path = path
        self._values = values
        self._file: IO[str] | None = None

    def __enter__(self) -> "Refusals":
        if self._path.is_file():  # a device stays, as `/dev/null`
            self._path.unlink()
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, item: Item, refusal: Refusal) -> None:
        """Write one down."""
        self._file = self._file or _made(self._path)
        said = {"number": item.number, "reason": refusal.reason.value, "detail": refusal.detail}
        if self._values:
            said["value"] = item.value.decode("utf-8", errors="backslashreplace")
        self._file.write(json.dumps(said, ensure_ascii=False) + "\n")


def _made(path: Path) -> IO[str]:
    """A file that its owner alone can read, from its first byte on."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")
