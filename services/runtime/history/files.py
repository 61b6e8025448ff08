"""A file of history: what it is, by how it begins, and its items, without ever holding more than one in memory."""

import gzip
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

import pydantic_core

from schemas import DeadLetterReason
from services.runtime.history.arrays import items_of_document, prefix_of
from services.runtime.history.items import CUT_OFF, Item, broken, items_of_lines
from services.runtime.history.tables import items_of_table
from services.siem.known import IsKnown
from services.siem.reading import BUILT_IN
from services.siem.syslog import event_of

_HEAD = 65_536
_ZIPPED = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")  # only tables come in it


class HistoryFile:
    """JSON lines, a JSON document, or CSV with a header; each also gzipped. Used as a context manager.

    `size` is in bytes, and `position` how many of them are read, for those who wait. `is_known` tells whether an object
    is in a format that is read: it is one item, whatever lists it has.
    """

    def __init__(self, path: Path, *, is_known: IsKnown = BUILT_IN.is_known) -> None:
        self._path = path
        self._is_known = is_known
        self._raw = path.open("rb")
        self.size = path.stat().st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()

    @property
    def position(self) -> int:
        """Bytes of the file that are read. May be asked for in another thread."""
        try:
            return self._raw.tell()
        except ValueError:  # closed, as what reads it does at its end
            return self.size

    def items(self) -> Iterator[Item]:
        """Each item of the file in its order; one that cannot be taken out is an item too, with the reason."""
        last = 0
        try:
            for item in self._items():
                last = item.number
                yield item
        except CUT_OFF as error:
            detail = f"the compressed file breaks off: {type(error).__name__}; what came before is read"
            yield broken(last + 1, detail, DeadLetterReason.NOT_JSON)

    def _items(self) -> Iterator[Item]:
        head = _head(self._stream())
        if _is_table(head):
            return items_of_table(self._stream(), head=head)
        prefix = self._prefix(head)
        return items_of_lines(self._stream()) if prefix is None else items_of_document(self._stream(), prefix)

    def _prefix(self, head: bytes) -> str | None:
        """Where a JSON document has its items; None if the file is one of lines.

        A document is an array, or an object that goes over many lines. A single line may be either.
        """
        first, second = _first_lines(head)
        if first[:1] not in (b"{", b"[") or first[:1] == second[:1] == b"{" or _is_event(second):
            return None
        if first[:1] == b"{" and second and self._begins_with_json():
            return None
        prefix = prefix_of(self._stream(), self._is_known)
        return prefix or (None if not second and self._begins_with_json() else "")

    def _begins_with_json(self) -> bool:
        """Whether the first line is a whole object by itself."""
        with suppress(*CUT_OFF):
            first = next(items_of_lines(self._stream()), None)
            return first is not None and first.refusal is None and _is_json(first.value)
        return False

    def _stream(self) -> IO[bytes]:
        """The content from its beginning, on a handle of its own: what reads it closes it."""
        self._raw = self._path.open("rb")
        is_zipped = self._raw.peek(2)[:2] == _ZIPPED
        stream: io.BufferedReader[Any] = self._raw
        if is_zipped:
            stream = io.BufferedReader(gzip.GzipFile(fileobj=self._raw))
        if stream.peek(3)[:3] == _UTF8_MARK:
            stream.read(3)
        return stream


def _head(stream: IO[bytes]) -> bytes:
    """How the file begins; where that is one long line of JSON, its beginning and that of the next."""
    head = stream.read(_HEAD)
    if head.lstrip().startswith(b"{") and b"\n" not in head.strip():
        with suppress(*CUT_OFF):
            while (more := stream.readline(_HEAD)) and not more.endswith(b"\n"):
                pass
            head += b"\n" + stream.read(_HEAD)
    return head


def _is_table(head: bytes) -> bool:
    """Whether the first line is a header: cells, no JSON in it or the line after it, and no CEF or LEEF anywhere."""
    if head.startswith(_UTF16_MARKS):
        return True
    first, second = _first_lines(head)
    if not first or first[:1] in b"{[" or second[:1] == b"{" or not re.search(rb"[,;\t]", first):
        return False
    return not re.search(rb"\b(CEF|LEEF):[0-9]", first) and not any(map(_is_event, head.splitlines()))


def _is_event(line: bytes) -> bool:
    """Whether it is a line of CEF or LEEF."""
    event = event_of(line.decode("utf-8", errors="replace"))
    return event is not None and not event.keys().isdisjoint(("cef", "leef"))


def _first_lines(head: bytes) -> tuple[bytes, bytes]:
    lines = [stripped for line in head.splitlines() if (stripped := line.strip())]
    lines += [b"", b""]
    return lines[0], lines[1]


def _is_json(line: bytes) -> bool:
    try:
        pydantic_core.from_json(line)
    except ValueError:
        return False
    return True
