"""From what was sent to its items: read within bounds, unpacked, and taken apart into the messages it holds."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sized
from itertools import islice

from schemas import DeadLetterReason
from services.gateway.errors import Malformed, TooLarge, TooSlow, Unreadable
from services.siem import compression
from services.siem.envelopes import Known, batch_of
from services.siem.parsing import parsed
from services.siem.refusal import Refusal

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
        raise Malformed("the body is not gzip, or is cut off")
    content = compression.unpacked(body, most=most)
    if isinstance(content, Refusal) and content.reason is not DeadLetterReason.TOO_LARGE:
        raise Malformed("the body is not gzip, or is cut off")
    if isinstance(content, Refusal) or len(content) > most:
        raise TooLarge(f"a body may have {most} bytes once it is unpacked")
    return content


def taken_apart(body: bytes, *, content_type: str, most: int, is_known: Known) -> list[bytes]:
    """The body's items, a message each: of JSON lines, of a JSON array, of an envelope, or the one that it is.

    `is_known` tells whether an object is in a format that is read: it is one item, whatever lists it has. A single item
    and a line stay byte for byte as they were sent; the items of a list are written anew from the values the readers
    see. What is no JSON comes back whole, for the reader to say why.

    Raises:
        TooLarge: more than `most` items.
    """
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
