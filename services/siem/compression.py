"""gzip (RFC 1952): a message's bytes unpacked within a bound; what is not gzip passes as it is."""

import zlib

from schemas import DeadLetterReason
from services.siem.refusal import Refusal

MAX_UNPACKED = 16 * 1024 * 1024
"""Bytes a message may unpack to: a few times what MOST alerts take, and far from what a gzip bomb wants."""
_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS


def unpacked(value: bytes) -> bytes | Refusal:
    """The bytes without their gzip packing, of several members also (as `cat a.gz b.gz` makes them)."""
    if not value.startswith(_MAGIC):
        return value
    try:
        return _members(value)
    except zlib.error:
        return Refusal(reason=DeadLetterReason.NOT_JSON, detail="gzip: corrupt")


def _members(packed: bytes) -> bytes | Refusal:
    found: list[bytes] = []
    room = MAX_UNPACKED
    while packed.startswith(_MAGIC):
        stream = zlib.decompressobj(_GZIP)
        found.append(stream.decompress(packed, room + 1))
        room -= len(found[-1])
        if room < 0:
            return Refusal(reason=DeadLetterReason.TOO_LARGE, detail=f"gzip: unpacks to more than {MAX_UNPACKED} bytes")
        if not stream.eof:
            return Refusal(reason=DeadLetterReason.NOT_JSON, detail="gzip: truncated")
        packed = stream.unused_data.lstrip(b"\x00")  # RFC 1952 leaves padding to the reader; tapes and blocks pad
    if packed:
        return Refusal(reason=DeadLetterReason.NOT_JSON, detail="gzip: something else follows it")
    return b"".join(found)
