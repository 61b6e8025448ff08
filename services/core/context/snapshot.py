"""A partition's contexts written down: what its tracker knows, where it stands, and the contexts given last.

The form is a line that names it and its version, then gzip (whose CRC tells damage) of MessagePack, which keeps
doubles bit for bit.
"""

import zlib

import msgspec

from services.core.context.tracker import CONTEXT_VERSION, TrackerState
from services.core.errors import SnapshotInvalid

Place = tuple[int, int]
"""Where an alert stands in its partition: offset, and index within the message."""
LARGEST = 256 << 20
"""Bytes unpacked; 20,000 keys of every sort, each as long as a key may be, are less."""
_MAGIC = b"winnow-contexts "
_VERSION = b"1"
_GZIP, _LEVEL = 31, 1


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one partition before the alert at `place`, the next to be observed.

    `recent` has the contexts (values, partial) of all alerts from `since` on, for alerts that are delivered again.
    """

    topic: str
    partition: int
    place: Place
    since: Place
    recent: list[tuple[Place, tuple[tuple[float, ...], bool]]]
    tracker: TrackerState
    context_version: int = CONTEXT_VERSION


_decoder = msgspec.msgpack.Decoder(Snapshot)


def written(snapshot: Snapshot) -> bytes:
    """The snapshot as bytes.

    Raises:
        SnapshotInvalid: it is larger than a snapshot may be, or has a name that is no text.
    """
    try:
        plain = msgspec.msgpack.encode(snapshot)
    except UnicodeEncodeError as error:
        raise SnapshotInvalid("a name holds what is no text") from error
    if len(plain) > LARGEST:
        raise SnapshotInvalid(f"a snapshot of {len(plain)} bytes is too large")
    packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
    return b"".join((_MAGIC, _VERSION, b"\n", packer.compress(plain), packer.flush()))


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
    try:
        snapshot = _decoder.decode(_unpacked(packed))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SnapshotInvalid(f"the snapshot is damaged: {error}") from error
    if snapshot.context_version != CONTEXT_VERSION:
        raise SnapshotInvalid(f"the snapshot is of context version {snapshot.context_version}, not {CONTEXT_VERSION}")
    return snapshot


def _unpacked(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=_GZIP)
    try:
        plain = unpacker.decompress(packed, LARGEST)
    except zlib.error as error:
        raise SnapshotInvalid(f"the snapshot is damaged: {error}") from error
    if not unpacker.eof or unpacker.unused_data:
        raise SnapshotInvalid("the snapshot is damaged: cut off, too large, or followed by something else")
    return plain
