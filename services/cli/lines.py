"""Files of alerts and verdicts: lines, or JSON that runs over lines."""

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from gzip import BadGzipFile
from pathlib import Path
from typing import BinaryIO, cast

from services.cli.output import PROBLEM, USAGE, fail
from services.siem.envelopes import batch_of
from services.siem.known import IsKnown


def read_items(file: Path, is_known: IsKnown) -> Iterator[tuple[int, bytes]]:
    """Each alert or verdict of a file with its number, counted from 1: a line each, or an item each of JSON that runs
    over lines (an array, an object, an interface's page or several). A file may be packed with gzip.

    `is_known` tells whether an object is in a format that is read: it is one item, whatever lists it has.
    """
    if not file.is_file():
        fail(f"{file} is not a file", code=USAGE)
    try:
        with _opened(file) as opened:
            items = None if _is_a_line(opened.readline()) else _items_of_documents(opened, is_known)
            opened.seek(0)
            yield from _lines(opened) if items is None else items
    except (EOFError, BadGzipFile, zlib.error) as error:
        fail(f"{file} is not whole gzip: {error}", code=PROBLEM)


def _opened(file: Path) -> BinaryIO:
    with file.open("rb") as opened:
        is_packed = opened.read(2) == b"\x1f\x8b"
    return cast("BinaryIO", gzip.open(file) if is_packed else file.open("rb"))


def _is_a_line(first: bytes) -> bool:
    """Whether a file's first line is an item by itself: no array, whose items count one by one, and no half object."""
    start = first.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        with suppress(ValueError):
            return isinstance(json.loads(start), dict)
    return bool(start) and not start.startswith((b"{", b"["))


def _lines(opened: BinaryIO) -> Iterator[tuple[int, bytes]]:
    return ((number, raw.strip(b" \r\n")) for number, raw in enumerate(opened, start=1) if raw.strip())


def _items_of_documents(opened: BinaryIO, is_known: IsKnown) -> list[tuple[int, bytes]] | None:
    """The items of a whole file of JSON; None if it is none, and its lines are to be looked at one by one."""
    opened.seek(0)
    try:
        documents = _documents(opened.read().decode("utf-8-sig"))
        items = (item for document in documents for item in batch_of(document, is_known))
        return [(number, json.dumps(item).encode()) for number, item in enumerate(items, start=1)]
    except (ValueError, RecursionError):
        return None


def _documents(text: str) -> Iterator[object]:
    """The JSON documents that follow one another in a text."""
    decoder, place = json.JSONDecoder(), 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        document, place = decoder.raw_decode(text, place)
        yield document
