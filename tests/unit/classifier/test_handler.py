"""A message's bytes as what is to be done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

import pytest

from schemas import DeadLetterReason, DeadLetterV1
from services.classifier.handler import Incoming, Reading, any_refused, handle, incoming_of, time_of
from services.core.context import CLAMP
from services.runtime.format_header import format_of
from services.siem.reading import BUILT_IN, Reader
from tests.messages import NOON, alert, at


def incoming(value: bytes | None, *, format_name: str | None = None) -> Incoming:
    """A message at partition 2, offset 40."""
    return Incoming(
        value=value,
        format_name=format_name,
        topic="siem.alerts",
        partition=2,
        offset=40,
        produced_at=NOON,
        received_at=NOON,
    )


def test_an_alert_is_read_with_its_coordinates() -> None:
    """Topic, partition, offset and the index within the message."""
    (found,) = handle(incoming(alert("winnow:t:1").to_bytes(), format_name="winnow"), reader=BUILT_IN, now=NOON)
    assert isinstance(found, Reading)
    assert found.alert.alert_id == "winnow:t:1"
    assert (found.origin.topic, found.origin.partition, found.origin.offset, found.origin.index) == (
        "siem.alerts",
        2,
        40,
        0,
    )


@pytest.mark.parametrize("value", [None, b"", b"nope", b"[]", b"{}", b"\x00", b"[" * 100_000, b"\xff", b"1e999"])
def test_what_cannot_be_read_is_a_dead_letter_with_the_same_coordinates(value: bytes | None) -> None:
    """Never an exception, never nothing."""
    outcomes = handle(incoming(value), reader=BUILT_IN, now=NOON)
    assert any_refused(outcomes)
    (letter,) = outcomes
    assert isinstance(letter, DeadLetterV1)
    assert letter.service == "classifier"
    assert (letter.origin.partition, letter.origin.offset) == (2, 40)
    assert letter.size == len(value or b"")


def test_a_line_that_can_be_read_among_noise_is_scored_and_the_noise_a_dead_letter() -> None:
    """Each under its own place within the message."""
    event = b"CEF:0|Example|P|1|7|Scan|5|src=203.0.113.1"
    before, read, after = handle(incoming(b"noise\nand more\n" + event + b"\nnoise"), reader=BUILT_IN, now=NOON)
    assert isinstance(before, DeadLetterV1)
    assert isinstance(read, Reading)
    assert isinstance(after, DeadLetterV1)
    assert (before.reason, after.reason) == (DeadLetterReason.NOT_JSON, DeadLetterReason.NOT_JSON)
    assert [one.origin.index for one in (before, read, after)] == [0, 1, 2]


def test_a_reader_that_fails_costs_one_message() -> None:
    """Its error's kind is told, its message is not: that may quote the alert."""

    class Broken(Reader):
        def read_alerts(self, *_: object, **__: object) -> NoReturn:
            raise RuntimeError("secret of the alert")

    (letter,) = handle(incoming(b"{}"), reader=Broken(), now=NOON)
    assert isinstance(letter, DeadLetterV1)
    assert letter.reason is DeadLetterReason.INTERNAL_ERROR
    assert letter.detail == "RuntimeError"


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        (None, None),
        ([], None),
        ([("other", b"x")], None),
        ([("format", None)], None),
        ([("format", b"")], None),
        ([("format", b"wazuh")], "wazuh"),
        ([("format", b"wazuh"), ("format", b"elastic")], "elastic"),
        ([("format", b"\xff")], "�"),
    ],
)
def test_the_format_is_what_the_last_header_names(
    headers: list[tuple[str, bytes | None]] | None, named: str | None
) -> None:
    """Whatever the bytes are."""
    assert format_of(headers) == named


AHEAD = NOON.timestamp() + CLAMP.total_seconds()
"""As far in the future as a timestamp may lie at noon."""


@pytest.mark.parametrize("timestamp", [None, -0.001, 0.0, AHEAD + 0.001, 4e9, 9e15, float("inf"), float("nan")])
def test_a_timestamp_that_cannot_be_is_replaced(timestamp: float | None) -> None:
    """A producer may write any 64-bit number, also of a time that is not yet."""
    assert time_of(timestamp, now=NOON) == NOON


@pytest.mark.parametrize("timestamp", [0.5, NOON.timestamp() - 0.5, NOON.timestamp() + 0.5, AHEAD])
def test_a_timestamp_is_read_as_utc(timestamp: float) -> None:
    """Seconds since the epoch; a little ahead of us, as clocks are."""
    assert time_of(timestamp, now=NOON) == datetime.fromtimestamp(timestamp, tz=UTC)


@dataclass
class Message:
    """As Faust and aiokafka have it."""

    value: bytes = b"{}"
    headers: Sequence[tuple[str, bytes]] = (("format", b"wazuh"),)
    topic: str = "siem.alerts"
    partition: int = 3
    offset: int = 7


def test_a_delivered_message_is_taken_with_its_place_format_and_time() -> None:
    """A time that is not yet counts as now."""
    taken = incoming_of(Message(), timestamp=NOON.timestamp() - 60, now=NOON)
    assert (taken.value, taken.format_name) == (b"{}", "wazuh")
    assert (taken.topic, taken.partition, taken.offset) == ("siem.alerts", 3, 7)
    assert (taken.produced_at, taken.received_at) == (at(-1), NOON)
    assert incoming_of(Message(), timestamp=NOON.timestamp() + 3600, now=NOON).produced_at == NOON
