"""How much is taken: requests a second, at once, bytes, items, and time for a body."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.gateway.bodies import read_body, taken_apart, unpacked
from services.gateway.errors import Busy, Malformed, TooLarge, TooOften, TooSlow, Unreadable
from services.gateway.limits import Rates, Slots, TokenBucket
from services.siem.reading import BUILT_IN
from tests.gateways import NOW
from tests.scans import READER, SCANS

RECEIVED_AT = datetime.fromtimestamp(NOW, UTC)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_the_rate_counts() -> None:
    """Two at once; a third after half a second at two a second."""
    clock = Clock()
    bucket = TokenBucket(per_second=2, burst=2, clock=clock)
    bucket.take()
    bucket.take()
    with pytest.raises(TooOften) as raised:
        bucket.take()
    assert raised.value.retry_after == pytest.approx(0.5)
    clock.now = 0.5
    bucket.take()


def test_a_long_pause_saves_no_more_than_a_burst() -> None:
    """However long."""
    clock = Clock()
    bucket = TokenBucket(per_second=100, burst=1, clock=clock)
    clock.now = 1000
    bucket.take()
    with pytest.raises(TooOften):
        bucket.take()


def test_one_sender_does_not_use_up_anothers_rate() -> None:
    """Each has its own."""
    rates = Rates(["a", "b"], per_second=1, burst=1, clock=Clock())
    rates.take("a")
    rates.take("b")
    with pytest.raises(TooOften):
        rates.take("a")


def test_a_slot_is_free_again_after_a_failure() -> None:
    """Otherwise failures would shut the gateway."""
    slots = Slots(1)
    with pytest.raises(ZeroDivisionError), slots.one():
        raise ZeroDivisionError
    with slots.one(), pytest.raises(Busy), slots.one():
        pass
    assert slots.taken == 0


async def chunks(*parts: bytes, pause: float = 0) -> AsyncIterator[bytes]:
    """A body that arrives in parts."""
    for part in parts:
        yield part
        await asyncio.sleep(pause)


async def test_a_body_arrives_in_parts() -> None:
    """And is the whole of them."""
    assert await read_body(chunks(b"ab", b"", b"c"), most=3, seconds=5) == b"abc"


async def test_a_body_too_long_is_not_read_to_its_end() -> None:
    """What was announced does not matter, only what comes."""
    rest = chunks(b"ab", b"cd", b"never")
    with pytest.raises(TooLarge):
        await read_body(rest, most=3, seconds=5)
    assert [part async for part in rest] == [b"never"]


async def test_a_body_too_slow_is_given_up() -> None:
    """A connection that trickles must not hold a slot for ever."""
    with pytest.raises(TooSlow):
        await read_body(chunks(b"a", b"b", pause=5), most=3, seconds=0.01)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"[1]", ""),
        (b"[1]", "identity"),
        (gzip.compress(b"[1]"), "gzip"),
        (gzip.compress(b"[1]"), " GZIP "),
        (gzip.compress(b"[1]"), "x-gzip"),
        (gzip.compress(b"[1]"), ""),
        (gzip.compress(b"[") + gzip.compress(b"1]"), "gzip"),
    ],
)
def test_a_body_is_unpacked_whoever_says_that_it_is_packed(body: bytes, encoding: str) -> None:
    """The header, or the body itself, in one piece or in several."""
    assert unpacked(body, encoding=encoding, most=100) == b"[1]"


PACKED = gzip.compress(b"[1]" * 999)


@pytest.mark.parametrize("body", [b"[1]", PACKED[:-9], PACKED[:-8] + bytes(8), PACKED + b"[1]"])
def test_a_body_that_is_not_what_it_says_is_malformed(body: bytes) -> None:
    """Not packed at all, cut off, damaged, or with something behind it."""
    with pytest.raises(Malformed):
        unpacked(body, encoding="gzip", most=10_000)


def test_an_empty_body_is_empty_however_it_is_packed() -> None:
    """The reader says that it is empty."""
    assert unpacked(b"", encoding="gzip", most=100) == b""


def test_a_bomb_is_not_unpacked() -> None:
    """A hundred megabytes in a hundred kilobytes."""
    with pytest.raises(TooLarge):
        unpacked(gzip.compress(bytes(100_000_000), 1), encoding="gzip", most=1000)


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_another_encoding_is_not_understood(encoding: str) -> None:
    """Better said than guessed."""
    with pytest.raises(Unreadable):
        unpacked(b"[1]", encoding=encoding, most=100)


def apart(body: bytes, *, content_type: str = "application/json", most: int = 10) -> list[bytes]:
    """The items of a body."""
    return taken_apart(body, content_type=content_type, most=most, is_known=BUILT_IN.is_alert)


ONE = b'{ "a": 1.10 ,"b":"\\u00e9" }'


def test_a_single_item_stays_as_it_was_sent() -> None:
    """Byte for byte: it is the sender's."""
    assert apart(ONE) == [ONE]


@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson; charset=utf-8", ""])
def test_lines_are_items_as_they_were_sent(content_type: str) -> None:
    """Whatever the sender says that it sends; blank lines and Windows' line ends are nothing."""
    assert apart(ONE + b"\r\n\n" + b'{"c": 2}\n', content_type=content_type) == [ONE, b'{"c": 2}']


def test_a_broken_line_is_an_item_of_its_own() -> None:
    """So it alone is refused."""
    assert apart(b'{"a": 1}\n{"b": \n{"c": 2}') == [b'{"a": 1}', b'{"b":', b'{"c": 2}']


def test_a_broken_document_is_not_taken_for_lines() -> None:
    """Its lines mean nothing by themselves."""
    broken = b'[\n{"a": 1},\n{"b": 2}\n'
    assert apart(broken) == [broken]


@pytest.mark.parametrize(
    "body",
    [
        [{"a": 1}, {"b": "é"}],
        {"hits": {"hits": [{"_source": {"a": 1}}, {"_source": {"b": "é"}}]}},
        {"@odata.context": "x", "value": [{"a": 1}, {"b": "é"}]},
    ],
)
def test_the_items_of_a_list_or_an_envelope_are_messages_each(body: object) -> None:
    """A JSON array, an Elasticsearch search, a Graph page."""
    items = [json.loads(item) for item in apart(json.dumps(body).encode())]
    assert [(item.get("a"), item.get("b")) for item in (item.get("_source", item) for item in items)] == [
        (1, None),
        (None, "é"),
    ]


@pytest.mark.parametrize("scan", SCANS)
def test_a_known_alert_is_one_item_whatever_lists_it_has(scan: dict[str, Any]) -> None:
    """Alone, in a list, and with the same outcomes as the classifier's for the whole body."""

    def outcomes(value: bytes) -> list[object]:
        return list(READER.read_alerts(value, format_name=None, received_at=RECEIVED_AT))

    for body in (scan, [scan, scan], {"records": [scan]}):
        value = json.dumps(body).encode()
        items = taken_apart(value, content_type="", most=10, is_known=READER.is_alert)
        assert [json.loads(item) for item in items] == [scan] * len(items)
        assert [one for item in items for one in outcomes(item)] == outcomes(value)


def test_lines_of_text_are_items_too() -> None:
    """What is in them is the reader's to say, and what is not."""
    assert apart(b"first event\tof=1\t\r\nsecond event\n", content_type="text/plain") == [
        b"first event\tof=1\t",
        b"second event",
    ]


@pytest.mark.parametrize("body", [b"", b" \n ", b"[]", b"\xff\xfe", b"null", b"[" * 1000])
def test_what_holds_no_items_comes_back_whole(body: bytes) -> None:
    """For the reader to say what is wrong with it."""
    assert apart(body) == [body]
    assert apart(body, content_type="application/x-ndjson")[0].strip() == body.strip()


@pytest.mark.parametrize("body", [b"[1,2,3]", b'{"a":1}\n{"a":2}\n{"a":3}', b"[" + b",".join([b"{}"] * 9999) + b"]"])
def test_too_many_items_are_too_large(body: bytes) -> None:
    """Whatever they are sent as."""
    with pytest.raises(TooLarge):
        apart(body, most=2)
