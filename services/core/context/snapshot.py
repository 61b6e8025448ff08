"""A partition's contexts written down: what its tracker knows, where it stands, and the contexts given last.

The form is a line that names it and its version, then gzip (whose CRC tells damage) of frames, each its length in four
bytes, little-endian, and MessagePack, which keeps doubles bit for bit: first the head, then the sums.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import msgspec

from schemas import ContextV1
from services.core.context.sums import Kept
from services.core.context.tracker import CONTEXT_VERSION, TrackerState
from services.core.errors import SnapshotInvalid

Place = tuple[int, int]
"""Where an alert stands in its partition: offset, and index within the message."""
LARGEST = 256 << 20
"""Bytes unpacked; 20,000 keys of every sort, each as long as a key may be, are less."""
_MAGIC = b"winnow-contexts "
_VERSION = b"1"
_GZIP, _LEVEL = 31, 1
_LENGTH = struct.Struct("<I")
_KEYS_AT_ONCE = 1000
_PLACED = ("topic", "partition", "place", "since")


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """All of a snapshot but the tracker's sums: of contexts their values and whether they are partial; of sums how many
    keys each has.
    """

    context_version: int = CONTEXT_VERSION
    topic: str
    partition: int
    place: Place
    since: Place
    recent: list[tuple[Place, tuple[float, ...], bool]]
    complete: bool
    seen_since: float | None
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is known of one partition before the alert at `place`, the next to be observed.

    `recent` has the contexts of all alerts from `since` on, oldest first, for alerts that are delivered again.
    """

    topic: str
    partition: int
    place: Place
    since: Place
    recent: dict[Place, ContextV1]
    tracker: TrackerState


_head_decoder = msgspec.msgpack.Decoder(Head)
_sums_decoder = msgspec.msgpack.Decoder(Kept)


def written(snapshot: Snapshot) -> bytes:
    """The snapshot as bytes.

    Raises:
        SnapshotInvalid: it is larger than a snapshot may be, or has a name that is no text.
    """
    packer, size = zlib.compressobj(_LEVEL, wbits=_GZIP), 0
    packed = [_MAGIC, _VERSION, b"\n"]
    try:
        for frame in _frames(snapshot):
            size += len(frame)
            if size > LARGEST:
                raise SnapshotInvalid(f"a snapshot of more than {LARGEST} bytes is too large")
            packed.append(packer.compress(frame))
    except UnicodeEncodeError as error:
        raise SnapshotInvalid("a name holds what is no text") from error
    return b"".join((*packed, packer.flush()))


def read_snapshot(data: bytes) -> Snapshot:
    """The snapshot that was written.

    Raises:
        SnapshotInvalid: the bytes are none, are damaged, or of a version that this build does not read.
    """
    head, _, packed = data.partition(b"\n")
    if not head.startswith(_MAGIC):
        raise SnapshotInvalid("these bytes are no snapshot of contexts")
    if head != _MAGIC + _VERSION:
        raise SnapshotInvalid(f"the snapshot's form is {head[len(_MAGIC) :][:20]!r}, this build reads {_VERSION!r}")
    frames = _unframed(_unpacked(packed))
    try:
        content = _head_decoder.decode(next(frames, b""))
        if content.context_version != CONTEXT_VERSION:
            raise SnapshotInvalid(
                f"the snapshot is of context version {content.context_version}, not {CONTEXT_VERSION}"
            )
        return _put_together(content, frames)
    except (msgspec.DecodeError, ValueError) as error:
        raise SnapshotInvalid(f"the snapshot is damaged: {error}") from error


def _frames(snapshot: Snapshot) -> Iterator[bytes]:
    """The head and then the sums, some keys at a time: a long call would keep the interpreter from other threads."""
    tracker = snapshot.tracker
    head = Head(
        **{name: getattr(snapshot, name) for name in _PLACED},
        recent=[(place, context.values, context.partial) for place, context in snapshot.recent.items()],
        complete=tracker.complete,
        seen_since=tracker.since,
        sizes=tuple(map(len, tracker.sums)),
    )
    yield _framed(msgspec.msgpack.encode(head))
    for kept in tracker.sums:
        items = iter(kept.items())
        while some := dict(islice(items, _KEYS_AT_ONCE)):
            yield _framed(msgspec.msgpack.encode(some))


def _put_together(head: Head, frames: Iterator[memoryview]) -> Snapshot:
    every: list[Kept] = []
    for size in head.sizes:
        kept: Kept = {}
        while len(kept) < size:
            kept.update(_sums_decoder.decode(next(frames, b"")))
        every.append(kept)
    state = TrackerState(complete=head.complete, since=head.seen_since, sums=tuple(every))
    recent = {
        place: ContextV1(version=head.context_version, values=values, partial=partial)
        for place, values, partial in head.recent
    }
    return Snapshot(**{name: getattr(head, name) for name in _PLACED}, recent=recent, tracker=state)


def _framed(content: bytes) -> bytes:
    return _LENGTH.pack(len(content)) + content


def _unframed(plain: bytes) -> Iterator[memoryview]:
    rest = memoryview(plain)
    while len(rest) >= _LENGTH.size:
        end = _LENGTH.size + _LENGTH.unpack_from(rest)[0]
        yield rest[_LENGTH.size : end]
        rest = rest[end:]


def _unpacked(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=_GZIP)
    try:
        plain = unpacker.decompress(packed, LARGEST)
    except zlib.error as error:
        raise SnapshotInvalid(f"the snapshot is damaged: {error}") from error
    if not unpacker.eof or unpacker.unused_data:
        raise SnapshotInvalid("the snapshot is damaged: cut off, too large, or followed by something else")
    return plain
