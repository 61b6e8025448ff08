"""A file of history: what it is, by how it begins, and its items, without ever holding more than one in memory."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self

import pydantic_core

from schemas import DeadLetterReason
from services.runtime.history.arrays import items_of_document, prefix_of
from services.runtime.history.items import LONGEST, Item, broken, items_of_lines
from services.runtime.history.tables import items_of_table

_HEAD = 65_536
_ZIPPED = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")  # only tables come in it


class HistoryFile:
    """JSON lines, a JSON document, or CSV with a header; each also gzipped. Used as a context manager.

    `size` is in bytes, and `position` how many of them are read, for those who wait.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
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
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            detail = f"the compressed file breaks off: {type(error).__name__}; what came before is read"
            yield broken(last + 1, detail, DeadLetterReason.NOT_JSON)

    def _items(self) -> Iterator[Item]:
        head = _head(self._stream())
        if _is_table(head):
            return items_of_table(self._stream(), head=head)
        if _is_document(head):
            prefix = prefix_of(self._stream())
            return items_of_document(self._stream(), prefix)
        return items_of_lines(self._stream())

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
    """How the file begins; where that is one long line of JSON objects, with the beginning of the next."""
    head = stream.read(_HEAD)
    if head.lstrip().startswith(b"{") and b"\n" not in head.strip():
        head += stream.readline(LONGEST) + stream.read(_HEAD)
    return head


def _is_table(head: bytes) -> bool:
    """Whether the first line is a header: cells, but no JSON in it or the line after it, nor a line of CEF or LEEF."""
    if head.startswith(_UTF16_MARKS):
        return True
    first, second = _first_lines(head)
    if not first or first[:1] in b"{[" or second[:1] == b"{":
        return False
    return bool(re.search(rb"[,;\t]", first)) and not re.search(rb"\b(CEF|LEEF):[0-9]", first)


def _is_document(head: bytes) -> bool:
    """Whether it is JSON, but not an object in each line: an array, or objects that go over many lines."""
    first, second = _first_lines(head)
    if first[:1] == b"[":
        return True
    return first[:1] == b"{" and second[:1] != b"{" and not _is_json(first)


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
