"""Contexts written down, and gone on from."""

import gzip
from contextlib import suppress
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import AlertV1, ContextV1
from services.core.context import CONTEXT_VERSION, ContextTracker, Snapshot, TrackerState, read_snapshot, written
from services.core.context.sums import DAY, LONGEST_KEY, MINUTE, FadingSums, Kept
from services.core.errors import SnapshotInvalid
from tests.messages import alert, at
from tests.unit.core.test_context import event, streams


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A stream, where it is cut, and how many keys its tracker remembers."""

    events: list[AlertV1]
    place: int
    keys: int
    complete: bool


cuts = st.builds(Cut, events=streams, place=st.integers(0, 40), keys=st.sampled_from([2, 100]), complete=st.booleans())


def snapshot(tracker: ContextTracker) -> Snapshot:
    """A snapshot with this tracker."""
    recent = {(7, 0): ContextV1(version=CONTEXT_VERSION, values=(0.1, 1 / 3), partial=True)}
    return Snapshot(topic="t", partition=3, place=(8, 1), since=(7, 0), recent=recent, tracker=tracker.state())


def of_version(version: int, data: bytes) -> bytes:
    """What was written, as if by a build with this context version."""
    form, _, packed = data.partition(b"\n")
    plain = gzip.decompress(packed)
    end = 4 + int.from_bytes(plain[:4], "little")
    head = msgspec.msgpack.encode(msgspec.msgpack.decode(plain[4:end]) | {"context_version": version})
    return form + b"\n" + gzip.compress(len(head).to_bytes(4, "little") + head + plain[end:])


def again(tracker: ContextTracker, *, keys: int = 20_000) -> ContextTracker:
    """The tracker after it was written and read."""
    return ContextTracker.restored(read_snapshot(written(snapshot(tracker))).tracker, keys=keys)


@settings(max_examples=100)
@given(cuts)
def test_a_stream_cut_anywhere_goes_on_as_if_it_had_not_been(cut: Cut) -> None:
    """Bit for bit, also where the memory forgets, and in what is partial."""
    whole = ContextTracker(keys=cut.keys, complete=cut.complete)
    broken = ContextTracker(keys=cut.keys, complete=cut.complete)
    for number, one in enumerate(cut.events):
        if number == cut.place:
            broken = again(broken, keys=cut.keys)
        assert broken.observe(one, received_at=at(0)) == whole.observe(one, received_at=at(0))
    assert broken.state() == whole.state()


def test_everything_in_a_snapshot_is_read_again() -> None:
    """Where it stands, of which partition, and the contexts given last."""
    tracker = ContextTracker()
    tracker.observe(event(0), received_at=at(0))
    assert read_snapshot(written(snapshot(tracker))) == snapshot(tracker)


def test_a_state_does_not_change_with_what_comes_after() -> None:
    """It is written while the stream goes on."""
    tracker = ContextTracker()
    tracker.observe(event(0), received_at=at(0))
    taken = snapshot(tracker)
    before = written(taken)
    tracker.observe(event(1), received_at=at(1))
    assert written(taken) == before


@given(st.data())
def test_damage_is_found(data: st.DataObject) -> None:
    """Any byte changed, or any end cut off: what is read is what was written, or is refused."""
    tracker = ContextTracker()
    tracker.observe(event(0), received_at=at(0))
    whole = written(snapshot(tracker))
    place = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytearray(whole)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    with suppress(SnapshotInvalid):
        assert read_snapshot(bytes(flipped)) == snapshot(tracker)
    with pytest.raises(SnapshotInvalid):
        read_snapshot(whole[:place])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no snapshot"),
        (b"{}", "no snapshot"),
        (b"winnow-contexts 9\nabc", "form"),
        (of_version(1, written(snapshot(ContextTracker()))), "context version 1"),
        (written(snapshot(ContextTracker())) + b"more", "damaged"),
        (written(snapshot(ContextTracker()))[:40], "damaged"),
    ],
)
def test_what_cannot_be_gone_on_from_is_refused_with_its_reason(data: bytes, said: str) -> None:
    """Bytes of something else, of another version, damaged ones."""
    with pytest.raises(SnapshotInvalid, match=said):
        read_snapshot(data)


@pytest.mark.parametrize("sums", [(), ({"a": (0.0, (1.0,))},) * 7, ({},) * 8])
def test_a_state_of_another_tracker_is_refused(sums: tuple[Kept, ...]) -> None:
    """Other sorts of entities, or other sums."""
    with pytest.raises(SnapshotInvalid):
        ContextTracker.restored(TrackerState(complete=True, since=None, sums=sums))


def test_a_snapshot_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither written beyond it nor unpacked."""
    tracker = ContextTracker()
    tracker.observe(event(0), received_at=at(0))
    whole = written(snapshot(tracker))
    monkeypatch.setattr("services.core.context.snapshot.LARGEST", 100)
    with pytest.raises(SnapshotInvalid, match="too large"):
        written(snapshot(tracker))
    with pytest.raises(SnapshotInvalid, match="too large"):
        read_snapshot(whole)


def test_a_long_name_takes_no_more_memory_and_is_still_told_apart() -> None:
    """A sender decides how long names are, not how large a snapshot."""
    sums = FadingSums((MINUTE,), keys=9)
    for last in "ab":
        assert sums.add("x" * 10_000 + last, (1.0,), at=0.0).age is None
    assert sums.add("x" * 10_000 + "a", (1.0,), at=0.0).sums == (1.0,)
    assert all(len(key) <= LONGEST_KEY for key in sums.kept())


def test_the_day_that_makes_a_context_whole_goes_on_through_a_snapshot() -> None:
    """It does not begin again with each restart."""
    tracker = ContextTracker(complete=False)
    assert tracker.observe(event(0), received_at=at(0)).partial
    late = event(DAY / 60)
    assert not again(tracker).observe(late, received_at=late.observed_at).partial


def test_a_tracker_that_has_seen_a_day_before_its_first_alert_is_not_partial() -> None:
    """Nothing came for a while, which is known."""
    tracker = ContextTracker(complete=False, since=at(0).timestamp())
    late = alert(minutes=DAY / 60)
    assert not tracker.observe(late, received_at=late.observed_at).partial
