"""From what was sent to its items: read within bounds, unpacked, and taken apart into the messages it holds."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterable, Sized
from itertools import islice

from schemas import DeadLetterReason
from services.gateway.errors import Malformed, TooLarge, TooSlow, Unreadable
from services.siem import compression
from services.siem.bounds import MOST_VALUES, values_in
from services.siem.envelopes import batch_of
from services.siem.known import IsKnown
from services.siem.parsing import parsed
from services.siem.refusal import Refusal

_NOT_GZIP = "the body is not gzip, or is cut off"
_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")


async def read_body(chunks: AsyncIterator[bytes], *, most: int, seconds: float) -> bytes:
    """The whole body.

    Raises:
        TooLarge: it has more than `most` bytes; the rest is not read.
        TooSlow: it did not come within `seconds`.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in chunks:
                body += chunk
                if len(body) > most:
                    raise TooLarge(f"a body may have {most} bytes")
    except TimeoutError as error:
        raise TooSlow(f"the body did not come within {seconds:g} s") from error
    return bytes(body)


def unpacked(body: bytes, *, encoding: str, most: int) -> bytes:
    """The body without its compression: what `Content-Encoding` says, and gzip also where nothing says so.

    Raises:
        Unreadable: another encoding than gzip.
        Malformed: it is not gzip, or is cut off.
        TooLarge: it has more than `most` bytes unpacked; no more than that is ever unpacked.
    """
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise Unreadable("only gzip is understood as Content-Encoding")
    if "gzip" in encoding and body and not body.startswith(compression.GZIP):
        raise Malformed(_NOT_GZIP)
    content = _unpacked(body, room=most, most=most)
    if len(content) > most:
        raise _too_large(most)
    return content


def _unpacked(packed: bytes, *, room: int, most: int) -> bytes:
    content = compression.unpacked(packed, most=room)
    if not isinstance(content, Refusal):
        return content
    raise _too_large(most) if content.reason is DeadLetterReason.TOO_LARGE else Malformed(_NOT_GZIP)


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"a body may have {most} bytes once it is unpacked")


def check_packed(messages: Iterable[bytes], *, most: int) -> None:
    """Hold messages that are packed within the body, as a line can be, against the bounds of a body, all together.

    Whoever reads them unpacks each, so that every one alone could be a bomb.

    Raises:
        Malformed: one is no gzip, or is cut off.
        TooLarge: they have more than `most` bytes unpacked, or too many values.
    """
    room, values = most, 0
    for packed in messages:
        if packed.startswith(compression.GZIP):
            content = _unpacked(packed, room=room, most=most)
            room -= len(content)
            values += values_in(content)
            _check_values(values)


def _check_values(number: int) -> None:
    if number > MOST_VALUES:
        raise TooLarge(f"a body may have {MOST_VALUES} values")


def taken_apart(body: bytes, *, content_type: str, most: int, is_known: IsKnown) -> list[bytes]:
    """The body's items, a message each: of JSON lines, of a JSON array, of an envelope, or the one that it is.

    `is_known` tells whether an object is in a format that is read: it is one item, whatever lists it has. A single item
    and a line stay byte for byte as they were sent; the items of a list are written anew from the values the readers
    see. What is no JSON comes back whole, for the reader to say why.

    Raises:
        TooLarge: more than `most` items, or too many values, which are counted before anything is parsed.
    """
    _check_values(values_in(body))
    if content_type.partition(";")[0].strip().lower() in _LINES:
        return _lines(body, most) or [body]
    content = parsed(body)
    if isinstance(content, Refusal):
        lines = _lines(body, most)
        return lines if len(lines) > 1 and _stands_alone(lines[0]) else [body]
    items = batch_of(content, is_known)
    if not items or items[0] is content:
        return [body]
    _check_number(items, most)
    return [json.dumps(item, ensure_ascii=False).encode() for item in items]


def _stands_alone(line: bytes) -> bool:
    """Whether a first line is an item by itself: a whole object, or text that begins no JSON document."""
    begins_document = line.removeprefix(b"\xef\xbb\xbf").startswith((b"{", b"["))
    return not begins_document or isinstance(parsed(line), dict)


def _lines(body: bytes, most: int) -> list[bytes]:
    """Lines that are not blank; no more are looked at than it takes to know that they are too many."""
    lines = (line.strip(b" \r\n") for line in io.BytesIO(body))
    found = list(islice((line for line in lines if line), most + 1))
    _check_number(found, most)
    return found


def _check_number(items: Sized, most: int) -> None:
    if len(items) > most:
        raise TooLarge(f"more than the {most} items that a request may have")
