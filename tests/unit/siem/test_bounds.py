"""Input that is small on its way and would be large in memory: refused before it is, and counted, not timed."""

import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import DeadLetterReason
from services.siem import parsing
from services.siem.bounds import MOST_VALUES, values_in
from services.siem.embedded import opened
from services.siem.reading import Refusal, read_alerts
from services.siem.syslog import event_of
from tests.unit.siem.conftest import RECEIVED

JSON = st.recursive(
    st.none() | st.integers() | st.text(",[{=", max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab,", max_size=2), inner, max_size=4),
    max_leaves=30,
)
LOWER = {ord(each): f"\\u{ord(each):04x}" for each in ",[{="}
UPPER = {ord(each): f"\\u{ord(each):04X}" for each in ",[{="}
MANY = MOST_VALUES + 1


def refusal(value: bytes) -> Refusal:
    """The one outcome of a message that is refused whole."""
    (outcome,) = read_alerts(value, format_name=None, received_at=RECEIVED)
    assert isinstance(outcome, Refusal)
    return outcome


def within(value: object) -> Iterator[object]:
    """All values in a value, itself left out."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield each
        yield from within(each)


@given(JSON)
def test_no_value_is_missed_when_they_are_counted(value: object) -> None:
    """Nor one of JSON in a string, whose commas and brackets may be escaped."""
    text = json.dumps(value)
    number = len(list(within(value)))
    assert values_in(text.encode()) >= number
    assert values_in(json.dumps({"message": text}).encode()) > number
    assert values_in(json.dumps(text).translate(LOWER).encode()) >= number
    assert values_in(json.dumps(text).translate(UPPER).encode()) >= number


HOSTILE = {
    "numbers": b"[" + b"0," * MANY + b"0]",
    "empty lists in lists": b"[" + b"[[[[[[[[]]]]]]]]," * (MANY // 9 + 1) + b"0]",
    "objects in objects, of one field each": b"[" + b'{"":{"":{"":{"":0}}}},' * (MANY // 5 + 1) + b"0]",
    "JSON lines": b'{"a":[0,0,0,0,0,0,0,0,0]}\n' * (MANY // 10 + 1),
    "JSON in a string": json.dumps({"message": "[" + "0," * MANY + "0]"}).encode(),
    "JSON in a string, its commas escaped": b'{"message":"[' + rb"0\u002c" * MANY + b'0]"}',
    "JSON in strings, together too many": b"[" + b'"[' + b'","['.join([rb"0\u002C" * 1000] * 501) + b'"]',
    "fields of CEF": b"CEF:0|a|b|c|d|e|5|x=y\n" + b" a=0 b=0 c=0\n" * (MANY // 3),
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_has_too_many_values_is_refused_unparsed(value: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they are written as: to parse it first would take the memory that the bound is to save."""
    monkeypatch.setattr(parsing, "_loaded", lambda *_: pytest.fail("it was parsed"))
    found = refusal(value)
    assert (found.reason, found.detail) == (DeadLetterReason.TOO_LARGE, f"more than {MOST_VALUES} values")


def test_a_text_in_a_text_that_hides_its_commas_twice_is_counted_when_it_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The message has few values; the text that comes out of it has not, and stays closed."""
    twice = b'{"message":"{\\"message\\":\\"[' + rb"0\u005cu002c" * MANY + b'0]\\"}"}'
    given: list[bytes] = []
    load = parsing._loaded

    def loaded(value: bytes, clean: Callable[[str], str]) -> object:
        given.append(value)
        return load(value, clean)

    monkeypatch.setattr(parsing, "_loaded", loaded)
    assert refusal(twice).reason is DeadLetterReason.UNKNOWN_FORMAT
    assert given == [twice]


def test_a_text_that_a_format_or_a_syslog_line_opens_is_counted() -> None:
    """As a message is."""
    assert opened("[" + "0," * MANY + "0]") is None
    assert opened("[" + "0," * 1000 + "0]") == [0] * 1001
    assert event_of("<134>May  4 11:58:00 sensor-1 suricata: {" + '"a":0,' * 10 + '"a":0}') == {"a": 0}
