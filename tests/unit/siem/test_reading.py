"""Which format a message is in, and what becomes of one that is in none."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from schemas import AlertV1, DeadLetterReason, FeedbackV1
from services.siem import formats
from services.siem.envelopes import MOST
from services.siem.parsing import MAX_DEPTH
from services.siem.reading import ALERT_FORMATS, FEEDBACK_FORMATS, Refusal, read_alerts, read_feedback
from tests.unit.siem.conftest import ALERTS

Native = dict[str, Any]
Read = Callable[..., AlertV1]


def refusal(value: bytes | None, received_at: datetime, format_name: str | None = None) -> Refusal:
    """The one refusal a message meets, on the way of alerts."""
    (outcome,) = read_alerts(value, format_name=format_name, received_at=received_at)
    assert isinstance(outcome, Refusal)
    return outcome


def test_every_file_of_the_folder_is_a_format() -> None:
    """A new file is found without being named anywhere."""
    files = {file.stem for file in Path(formats.__path__[0]).glob("*.py")} - {"__init__"}
    assert files == set(ALERT_FORMATS) | set(FEEDBACK_FORMATS)
    assert set(ALERT_FORMATS) == set(ALERTS)


@pytest.mark.parametrize("name", ALERT_FORMATS)
def test_a_format_is_recognised_as_itself_alone(name: str, native: dict[str, Native], read_alert: Read) -> None:
    """With the header and without it the same alert; the source says which format it was taken for."""
    alert = read_alert(native[name])
    assert alert == read_alert(native[name], name) == read_alert(native[name], f" {name.title()} ")
    assert alert.source == ("waf" if name == "winnow" else name)


@pytest.mark.parametrize("taken_for", ALERT_FORMATS)
@pytest.mark.parametrize("name", ALERT_FORMATS)
def test_an_alert_under_another_vendors_header_is_not_read_as_theirs(
    name: str, taken_for: str, native: dict[str, Native], received_at: datetime
) -> None:
    """A header set wrong is seen: nothing is read out of fields that happen to have the same name."""
    (outcome,) = read_alerts(json.dumps(native[name]).encode(), format_name=taken_for, received_at=received_at)
    if name == taken_for:
        assert isinstance(outcome, AlertV1)
    else:
        assert isinstance(outcome, Refusal)
        assert outcome.reason is DeadLetterReason.AMBIGUOUS_FORMAT


def test_a_header_helps_where_the_fields_do_not_tell(received_at: datetime) -> None:
    """Sparse alerts are read under the format they are said to be in."""
    (outcome,) = read_alerts(b'{"rule":{"id":"5712"}}', format_name="wazuh", received_at=received_at)
    assert isinstance(outcome, AlertV1)
    assert outcome.title == "Rule 5712"


def test_two_vendors_fields_at_once_are_ambiguous(wazuh: Native, suricata: Native, received_at: datetime) -> None:
    """The refusal names both."""
    found = refusal(json.dumps(wazuh | suricata).encode(), received_at)
    assert found.reason is DeadLetterReason.AMBIGUOUS_FORMAT
    assert "suricata" in found.detail
    assert "wazuh" in found.detail


@pytest.mark.parametrize("value", [b"{}", b'{"message":"hello"}', b'{"rule":{"id":"1"}}', b'{"event_type":"dns"}'])
def test_nobodys_fields_are_an_unknown_format(value: bytes, received_at: datetime) -> None:
    """Nothing is guessed."""
    assert refusal(value, received_at).reason is DeadLetterReason.UNKNOWN_FORMAT


def test_an_unknown_header_is_an_unknown_format(wazuh: Native, received_at: datetime) -> None:
    """The refusal says which formats there are."""
    found = refusal(json.dumps(wazuh).encode(), received_at, "ossec")
    assert found.reason is DeadLetterReason.UNKNOWN_FORMAT
    assert "suricata" in found.detail


def test_a_list_gives_one_outcome_for_each_item_in_its_order(native: dict[str, Native], received_at: datetime) -> None:
    """A bad item does not cost its neighbours, and says where it stood."""
    message = json.dumps([native["wazuh"], 5, native["suricata"], {}]).encode()
    wazuh, number, suricata, nobodys = read_alerts(message, format_name=None, received_at=received_at)
    assert isinstance(wazuh, AlertV1)
    assert isinstance(suricata, AlertV1)
    assert isinstance(number, Refusal)
    assert isinstance(nobodys, Refusal)
    assert (number.reason, number.index) == (DeadLetterReason.INVALID_ALERT, 1)
    assert (nobodys.reason, nobodys.index) == (DeadLetterReason.UNKNOWN_FORMAT, 3)


def test_too_many_items_are_refused_as_one(received_at: datetime) -> None:
    """Half a million zeros must not become half a million dead letters."""
    found = refusal(b"[" + b"0," * MOST + b"0]", received_at)
    assert found.reason is DeadLetterReason.TOO_LARGE


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, DeadLetterReason.EMPTY),
        (b"", DeadLetterReason.EMPTY),
        (b" \r\n\t", DeadLetterReason.EMPTY),
        (b"[]", DeadLetterReason.EMPTY),
        (b"not json", DeadLetterReason.NOT_JSON),
        (b'{"a":1', DeadLetterReason.NOT_JSON),
        (b"{}{}", DeadLetterReason.NOT_JSON),
        (b'{"a":"\xff"}', DeadLetterReason.NOT_JSON),
        (b'{"a":"\xed\xa0\x80"}', DeadLetterReason.NOT_JSON),
        (b"\x00", DeadLetterReason.NOT_JSON),
        (b"\xff\xfe{\x00}\x00", DeadLetterReason.NOT_JSON),
        (b"null", DeadLetterReason.INVALID_ALERT),
        (b"1", DeadLetterReason.INVALID_ALERT),
        (b'"text"', DeadLetterReason.INVALID_ALERT),
        (b"[[]]", DeadLetterReason.INVALID_ALERT),
        (b"[" * 400_000, DeadLetterReason.TOO_DEEP),
        (b"[" * 1_000_000, DeadLetterReason.TOO_LARGE),
        (b'{"a":' * 500 + b"1" + b"}" * 500, DeadLetterReason.TOO_DEEP),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), DeadLetterReason.TOO_DEEP),
        (b'["\\ud800",' + b"[" * 100_000 + b"]" * 100_001, DeadLetterReason.TOO_DEEP),
    ],
)
def test_what_is_no_message_of_objects_is_refused_with_its_reason(
    value: bytes | None, reason: DeadLetterReason, received_at: datetime
) -> None:
    """Each kind of nonsense under its own name."""
    assert refusal(value, received_at).reason is reason


def test_a_refused_verdict_is_called_a_verdict(received_at: datetime) -> None:
    """The same nonsense on the other topic."""
    for value in (b"5", b'{"alert_id": "a:b:c", "verdict": null}'):
        (outcome,) = read_feedback(value, format_name="winnow", received_at=received_at)
        assert isinstance(outcome, Refusal)
        assert outcome.reason is DeadLetterReason.INVALID_FEEDBACK


def test_verdicts_are_recognised_as_themselves_alone(elastic: Native, defender: Native, received_at: datetime) -> None:
    """By the fields only one vendor's verdicts have."""
    own = {"alert_id": "a:b:c", "verdict": "true_positive"}
    for native, source in ((elastic, "elastic"), (defender, "defender"), (own, "winnow")):
        (outcome,) = read_feedback(json.dumps(native).encode(), format_name=None, received_at=received_at)
        assert isinstance(outcome, FeedbackV1)
        assert outcome.source == source


@pytest.mark.parametrize("name", ALERT_FORMATS)
def test_the_order_of_keys_changes_nothing(name: str, native: dict[str, Native], read_alert: Read) -> None:
    """Evidence included, of which the rendered text and its cache are made."""

    def turned(value: Any) -> Any:
        return {key: turned(value[key]) for key in reversed(value)} if isinstance(value, dict) else value

    assert read_alert(turned(native[name])).to_bytes() == read_alert(native[name]).to_bytes()
