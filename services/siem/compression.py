"""gzip (RFC 1952): a message's bytes unpacked within a bound; what is not gzip passes as it is."""

import zlib

from schemas import DeadLetterReason
from services.siem.refusal import Refusal

MAX_UNPACKED = 16 * 1024 * 1024
"""Bytes a message may unpack to: a few times what MOST alerts take, and far from what a gzip bomb wants."""
GZIP = b"\x1f\x8b"
"""How gzip begins; no JSON does."""
_WITH_HEADER = 16 + zlib.MAX_WBITS


def unpacked(value: bytes, *, most: int = MAX_UNPACKED) -> bytes | Refusal:
    """The bytes without their gzip packing, of several members also (as `cat a.gz b.gz` makes them).

    Nothing beyond `most` bytes is ever unpacked.
    """
    if not value.startswith(GZIP):
        return value
    try:
        return _members(value, most)
    except zlib.error:
        return Refusal(reason=DeadLetterReason.NOT_JSON, detail="gzip: corrupt")


def _members(packed: bytes, most: int) -> bytes | Refusal:
    found: list[bytes] = []
    room = most
    while packed.startswith(GZIP):
        stream = zlib.decompressobj(_WITH_HEADER)
        found.append(stream.decompress(packed, room + 1))
        room -= len(found[-1])
        if room < 0:
            return Refusal(reason=DeadLetterReason.TOO_LARGE, detail=f"gzip: unpacks to more than {most} bytes")
        if not stream.eof:
            return Refusal(reason=DeadLetterReason.NOT_JSON, detail="gzip: truncated")
        packed = stream.unused_data.lstrip(b"\x00")  # RFC 1952 leaves padding to the reader; tapes and blocks pad
    if packed:
        return Refusal(reason=DeadLetterReason.NOT_JSON, detail="gzip: something else follows it")
    return b"".join(found)
