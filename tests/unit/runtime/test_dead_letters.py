"""Dead letters and their alarm."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from schemas import DeadLetterReason, DeadLetterV1, SourceCoordinates
from schemas.dead_letter import BODY_LIMIT
from services.runtime.dead_letters import DeadLetterAlarm, dead_letter, dead_letter_key
from tests.messages import NOON

ORIGIN = SourceCoordinates(topic="siem.alerts", partition=1, offset=2, index=3)
KAFKA_DEFAULT = 1_048_588
"""message.max.bytes of a broker that was not told otherwise."""


def letter(value: bytes | None, *, detail: str = "because") -> DeadLetterV1:
    """A dead letter of these bytes."""
    return dead_letter(
        service="classifier",
        origin=ORIGIN,
        reason=DeadLetterReason.NOT_JSON,
        detail=detail,
        value=value,
        now=NOON,
    )


def test_it_keeps_the_first_bytes_and_tells_all_of_them() -> None:
    """The largest message a broker takes by default makes a dead letter that fits the same broker."""
    value = bytes(range(256)) * 4097
    made = letter(value, detail="x" * 10_000)
    assert made.body == value[:BODY_LIMIT]
    assert made.size == len(value)
    assert made.sha256 == hashlib.sha256(value).hexdigest()
    assert len(made.to_bytes()) < KAFKA_DEFAULT / 2


@given(st.binary(max_size=200) | st.none(), st.text(st.characters()))
def test_whatever_was_refused_it_can_be_written_and_read_back(value: bytes | None, detail: str) -> None:
    """Lone surrogates and NUL in the detail included."""
    made = letter(value, detail=detail + "\ud800\x00")
    assert DeadLetterV1.from_bytes(made.to_bytes()) == made


def test_its_key_is_its_coordinates() -> None:
    """So that a repeat has the same one."""
    assert dead_letter_key(ORIGIN) == b"siem.alerts:1:2:3"


def test_the_alarm_rings_above_the_bound_and_stops_when_it_is_over() -> None:
    """Only the most recent messages count."""
    alarm = DeadLetterAlarm(bound=0.2, window=100)
    seen = []
    for refused in (*[number % 5 == 0 for number in range(100)], False, True, True, *[False] * 100):
        alarm.saw(refused=refused)
        seen.append((alarm.share, alarm.ringing))
    assert seen[99] == (0.2, False)
    assert seen[102] == (0.21, True)
    assert seen[-1] == (0.0, False)


def test_a_few_messages_are_no_share() -> None:
    """The first one refused is not yet everything refused."""
    alarm = DeadLetterAlarm(bound=0.2, window=100)
    assert alarm.share == 0
    rang = []
    for _ in range(20):
        alarm.saw(refused=True)
        rang.append(alarm.ringing)
    assert rang == [False] * 19 + [True]
