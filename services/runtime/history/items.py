"""One item of a file: an alert, a verdict, or both, still in bytes."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from schemas import DeadLetterReason
from services.siem.reading import Refusal

LONGEST = 16 * 2**20
"""Bytes of one item. An alert has kilobytes; without a bound a file without line breaks would fill the memory."""


CUT_OFF = (EOFError, zlib.error, gzip.BadGzipFile)
"""What a compressed file raises that is not whole, once everything before that is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item with its number: the line it begins at, or its place in an array, from 1.

    `refusal` says why it could not even be taken out of the file.
    """

    number: int
    value: bytes
    refusal: Refusal | None = None


def items_of_lines(stream: IO[bytes]) -> Iterator[Item]:
    """An item for each line that is not blank."""
    number = 0
    while line := stream.readline(LONGEST):
        number += 1
        if len(line) == LONGEST and not line.endswith(b"\n"):
            _skip_line(stream)
            yield broken(number, f"the line is longer than {LONGEST} bytes", DeadLetterReason.TOO_LARGE, line[:1000])
        elif stripped := line.strip():
            yield Item(number=number, value=stripped)


def broken(number: int, detail: str, reason: DeadLetterReason, value: bytes = b"") -> Item:
    """An item that could not be taken out."""
    return Item(number=number, value=value, refusal=Refusal(reason=reason, detail=detail))


def _skip_line(stream: IO[bytes]) -> None:
    while (more := stream.readline(LONGEST)) and not more.endswith(b"\n"):
        pass
