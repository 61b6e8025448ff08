"""The collector's handler: from a message's bytes to what is stored, or to a dead letter."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import DeadLetterReason, FeedbackV1, ScoreV1, SourceCoordinates
from services.collector.handler import Handled, Incoming, handle
from services.siem.reading import BUILT_IN, Reader
from tests.messages import at, score, verdict

FEEDBACK, SCORES = "siem.feedback", "winnow.scores"
NOW = at(60)


def handled(
    value: bytes | None, *, topic: str = FEEDBACK, timestamp_ms: int = 0, reader: Reader = BUILT_IN, **fields: object
) -> Handled:
    """One message, handled."""
    message = Incoming(topic=topic, partition=1, offset=7, timestamp_ms=timestamp_ms, value=value, **fields)  # type: ignore[arg-type]
    return handle([message], reader=reader, feedback_topic=FEEDBACK, now=NOW)


def test_a_score_is_read_whole() -> None:
    """With its alert and its context."""
    made = score()
    assert handled(made.to_bytes(), topic=SCORES) == Handled(scores=[made], refused=[False])


def test_a_verdict_is_read_with_the_place_it_stood_at() -> None:
    """So that a person can find the message again."""
    given_ = verdict(reason="known scanner")
    (read,) = handled(given_.to_bytes()).verdicts
    assert read.feedback == given_
    assert read.origin == SourceCoordinates(topic=FEEDBACK, partition=1, offset=7, index=0)


def test_each_verdict_of_a_list_has_an_index_of_its_own() -> None:
    """Good ones are stored, bad ones refused, in one message."""
    items = [json.loads(verdict("a").to_bytes()), {"nothing": "known"}, json.loads(verdict("b").to_bytes())]
    result = handled(json.dumps(items).encode())
    assert [(one.feedback.alert_id, one.origin and one.origin.index) for one in result.verdicts] == [("a", 0), ("b", 2)]
    assert [letter.origin.index for letter in result.dead_letters] == [1]
    assert result.refused == [True]


def test_the_header_names_the_format() -> None:
    """A vendor's native verdict, or one that cannot be."""
    (letter,) = handled(verdict().to_bytes(), format_name="unheard-of").dead_letters
    assert letter.reason is DeadLetterReason.UNKNOWN_FORMAT


def test_a_readers_bug_costs_one_message() -> None:
    """Not the stream."""

    class Broken(Reader):
        def read_feedback(self, *_: object, **__: object) -> NoReturn:
            raise RecursionError

    (letter,) = handled(verdict().to_bytes(), reader=Broken()).dead_letters
    assert (letter.reason, letter.detail) == (DeadLetterReason.INTERNAL_ERROR, "RecursionError")


def test_a_verdict_without_a_time_has_kafkas() -> None:
    """Not the clock's: delivered again it must be the same verdict."""
    bare = b'{"alert_id": "a", "verdict": "true_positive", "analyst": "ana"}'
    milliseconds = int(at(5).timestamp() * 1000)
    (read,) = handled(bare, timestamp_ms=milliseconds, format_name="winnow").verdicts
    assert read.feedback.decided_at == at(5)


@pytest.mark.parametrize("timestamp_ms", [-1, 2**62])
def test_a_time_kafka_cannot_have_meant_is_not_taken(timestamp_ms: int) -> None:
    """Producers set it, and may set nonsense."""
    bare = b'{"alert_id": "a", "verdict": "true_positive"}'
    (read,) = handled(bare, timestamp_ms=timestamp_ms, format_name="winnow").verdicts
    assert read.feedback.decided_at == NOW


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, DeadLetterReason.EMPTY),
        (b"", DeadLetterReason.EMPTY),
        (b"no json", DeadLetterReason.NOT_JSON),
        (b"\xff\x00", DeadLetterReason.NOT_JSON),
        (b"[" * 100_000, DeadLetterReason.NOT_JSON),
        (b"[]", DeadLetterReason.INVALID_SCORE),
        (b'{"alert": {}}', DeadLetterReason.INVALID_SCORE),
    ],
)
def test_a_score_that_cannot_be_read_becomes_a_dead_letter(value: bytes | None, reason: DeadLetterReason) -> None:
    """With a reason of the closed list and the message's own bytes."""
    result = handled(value, topic=SCORES)
    (letter,) = result.dead_letters
    assert (letter.reason, letter.service, letter.occurred_at) == (reason, "collector", NOW)
    assert letter.origin == SourceCoordinates(topic=SCORES, partition=1, offset=7)
    assert letter.body == (value or b"")
    assert result.refused == [True]


def test_a_dead_letter_does_not_repeat_the_alert_in_its_detail() -> None:
    """The detail says where and what; the bytes are in the body."""
    broken = json.loads(score().to_bytes()) | {"shown": "the alert's own words"}
    (letter,) = handled(json.dumps(broken).encode(), topic=SCORES).dead_letters
    assert "shown" in letter.detail
    assert "own words" not in letter.detail


def test_a_score_of_a_newer_writer_is_read() -> None:
    """Fields and names this reader does not know are no reason to refuse."""
    newer = json.loads(score().to_bytes()) | {"colour": "blue", "decision": "escalate_to_the_moon"}
    assert len(handled(json.dumps(newer).encode(), topic=SCORES).scores) == 1


@given(st.one_of(st.none(), st.binary(max_size=200), st.text(max_size=100).map(str.encode)), st.booleans())
def test_whatever_the_bytes_are_something_comes_of_them(value: bytes | None, scores: bool) -> None:
    """Never an error, never silence."""
    result = handled(value, topic=SCORES if scores else FEEDBACK)
    assert len(result.scores) + len(result.verdicts) + len(result.dead_letters) >= 1


@given(st.integers(0, 10**9), st.text("aö\U0001f600.@-", max_size=30))
def test_what_is_stored_is_what_was_sent(seconds: int, analyst: str) -> None:
    """Through bytes and back."""
    when = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    sent = FeedbackV1.model_validate(verdict(analyst=analyst).model_dump() | {"decided_at": when})
    (read,) = handled(sent.to_bytes()).verdicts
    assert (read.feedback.analyst, read.feedback.decided_at) == (analyst, when)


def test_a_dead_letter_is_itself_a_message() -> None:
    """It can be written and read, whatever bytes it carries."""
    (letter,) = handled(b"\xff\x00").dead_letters
    assert base64.urlsafe_b64decode(json.loads(letter.to_bytes())["body"]) == b"\xff\x00"
    assert ScoreV1.from_bytes(score().to_bytes()) == score()
