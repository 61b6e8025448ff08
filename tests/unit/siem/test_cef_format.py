"""CEF lines: taken apart by the escaping rules of the specification, and read as alerts."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import AlertV1, DeadLetterReason, Severity
from services.siem.cef import cef_event
from services.siem.reading import Refusal, read_alerts
from services.siem.syslog import LONGEST, event_of
from tests.unit.siem.conftest import RECEIVED

LINE = (
    "CEF:0|Example Networks|Gatekeeper|4.2|IPS-2041|Directory traversal blocked|8|"
    "rt=1777895880000 externalId=88123 dvchost=gate-1 src=203.0.113.40 spt=40110 dst=10.20.4.8 dpt=443 proto=TCP "
    "app=HTTPS suser=ines duser=www-data dhost=shop-01 shost=client-7 fname=passwd filePath=/etc/passwd "
    "fileHash=" + "A" * 64 + " request=https://shop.example.org/?a=b&c=../etc/passwd requestMethod=GET "
    "requestClientApplication=curl/8.0 (x86_64) act=blocked cat=Web attack cs1=outer zone cs1Label=Policy "
    "cn1=42 cn1Label=Anomaly score msg=A traversal was blocked."
)


def read(line: str) -> AlertV1:
    """The alert of a line that must not be refused."""
    (alert,) = read_alerts(line.encode(), format_name=None, received_at=RECEIVED)
    assert isinstance(alert, AlertV1), alert
    return alert


def cef(line: str) -> Any:
    """A line taken apart."""
    event = event_of(line)
    assert event is not None
    return event["cef"]


def extensions(text: str) -> dict[str, str]:
    """The extension's fields."""
    found: dict[str, str] = cef(f"CEF:0|a|b|c|d|e|5|{text}")["extensions"]
    return found


def test_a_line_is_read_field_by_field() -> None:
    """Who, what, where, when, under the contract's names."""
    alert = read(LINE)
    assert alert.alert_id == "cef:gate-1:Example Networks:Gatekeeper:88123"
    assert (alert.title, alert.rule.id, alert.rule.name) == (
        "Directory traversal blocked",
        "IPS-2041",
        "Directory traversal blocked",
    )
    assert (alert.severity, alert.severity_original) == (Severity.HIGH, "8")
    assert alert.description == "A traversal was blocked."
    assert alert.observed_at == datetime(2026, 5, 4, 11, 58, tzinfo=UTC)
    network, url, file = alert.entities.network, alert.entities.url, alert.entities.file
    assert (network.source_ip, network.source_port) == ("203.0.113.40", 40110)
    assert (network.destination_ip, network.destination_port) == ("10.20.4.8", 443)
    assert (network.protocol, network.application) == ("tcp", "https")
    assert (alert.entities.host.name, alert.entities.user.name) == ("shop-01", "ines")
    assert (file.name, file.path, file.sha256) == ("passwd", "/etc/passwd", "a" * 64)
    assert (url.full, url.method) == ("https://shop.example.org/?a=b&c=../etc/passwd", "GET")
    assert url.user_agent == "curl/8.0 (x86_64)"
    assert alert.evidence["cef.custom.Policy"] == "outer zone"
    assert alert.evidence["cef.custom.Anomaly score"] == "42"
    assert alert.evidence["cef.extensions.act"] == "blocked"


def test_the_header_is_unescaped() -> None:
    r"""`\|` and `\\` there; a pipe in the extension needs no escape."""
    found = cef(r"CEF:1|a\|b|c\\|v|10\|0|name with \\ and \||3|msg=x|y")
    assert found["device"] == {"vendor": "a|b", "product": "c\\", "version": "v", "event_class_id": "10|0"}
    assert (found["version"], found["name"], found["severity"]) == ("1", "name with \\ and |", "3")
    assert found["extensions"] == {"msg": "x|y"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("src=1.2.3.4 dst=5.6.7.8", {"src": "1.2.3.4", "dst": "5.6.7.8"}),
        ("msg=two words act=x", {"msg": "two words", "act": "x"}),
        (r"msg=a\=b c\=d act=x", {"msg": "a=b c=d", "act": "x"}),
        ("request=http://x/?a=b&c=d act=x", {"request": "http://x/?a=b&c=d", "act": "x"}),
        (r"filePath=C:\\Windows\\x.exe act=x", {"filePath": "C:\\Windows\\x.exe", "act": "x"}),
        (r"msg=one\ntwo\rthree", {"msg": "one two three"}),
        ("msg= act=x", {"msg": "", "act": "x"}),
        ("  src=1  ", {"src": "1"}),
        ("ad.key-1[0]=v", {"ad.key-1[0]": "v"}),
        ("src=1 src=2", {"src": "1"}),
        ("nothing of the kind", {}),
        ("", {}),
    ],
)
def test_the_extension_is_taken_apart(text: str, expected: dict[str, str]) -> None:
    """Spaces in values, escapes, bare equal signs, empty values; the first of a repeated key."""
    assert extensions(text) == expected


def test_a_label_names_its_field() -> None:
    """Whatever kind of custom field; a label without its field stays what it is, and none becomes a standard field."""
    found = cef("CEF:0|a|b|c|d|e|5|cs1Label=src cs1=9.9.9.9 flexString2=x flexString2Label=Zone cs3Label=Empty cs4=y")
    assert found["custom"] == {"src": "9.9.9.9", "Zone": "x"}
    assert found["extensions"] == {"cs3Label": "Empty", "cs4": "y"}


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ("0", Severity.LOW),
        ("3", Severity.LOW),
        ("4", Severity.MEDIUM),
        ("6", Severity.MEDIUM),
        ("7", Severity.HIGH),
        ("9", Severity.CRITICAL),
        ("10", Severity.CRITICAL),
        ("Low", Severity.LOW),
        ("medium", Severity.MEDIUM),
        ("High", Severity.HIGH),
        ("Very-High", Severity.CRITICAL),
        ("Unknown", Severity.UNKNOWN),
        ("", Severity.UNKNOWN),
        ("-1", Severity.UNKNOWN),
        ("severe!", Severity.UNKNOWN),
    ],
)
def test_severities_are_the_specifications(said: str, severity: Severity) -> None:
    """Numbers and words; anything else is unknown."""
    assert read(f"CEF:0|a|b|c|d|e|{said}|src=1").severity is severity


@pytest.mark.parametrize(
    "time",
    [
        "1777895880000",
        "1777895880",
        "May 04 2026 11:58:00",
        "May 4 2026 11:58:00.000",
        "May 04 2026 13:58:00 +0200",
        "May 04 2026 11:58:00.000 UTC",
        "2026-05-04T11:58:00Z",
        "2026-05-04 11:58:00",
    ],
)
def test_times_are_read_in_the_specifications_forms(time: str) -> None:
    """Epoch, and the month by name with its year; UTC where no zone is given."""
    assert read(f"CEF:0|a|b|c|d|e|5|rt={time} src=1").observed_at == datetime(2026, 5, 4, 11, 58, tzinfo=UTC)


@pytest.mark.parametrize("time", ["May 04 11:58:00", "May 04 2026 11:58:00 CET", "yesterday", "99999999999999999999"])
def test_a_time_that_would_be_a_guess_is_not_read(time: str) -> None:
    """Without a year, with a zone whose name means several, or none at all: the time of receipt."""
    assert read(f"CEF:0|a|b|c|d|e|5|rt={time} src=1").observed_at == RECEIVED


def test_start_is_when_it_happened_and_rt_when_it_was_raised() -> None:
    """Each stands in for the other."""
    alert = read("CEF:0|a|b|c|d|e|5|start=1777895880000 rt=1777895940000")
    assert alert.observed_at == datetime(2026, 5, 4, 11, 58, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 11, 59, tzinfo=UTC)
    assert read("CEF:0|a|b|c|d|e|5|end=1777895940000").observed_at == alert.raised_at


@pytest.mark.parametrize(
    "header",
    [
        "<134>May  4 11:58:00 gate-1 ",
        "May  4 11:58:00 gate-1 ",
        "<134>May 04 2026 11:58:00 gate-1 ",
        "<134>2026-05-04T11:58:00.120+00:00 gate-1 ",
        "<134>2026-05-04T11:58:00Z gate-1 gatekeeper[71]: ",
        "<134>May  4 11:58:00 gate-1 gatekeeper: ",
        "<134>1 2026-05-04T11:58:00.000Z gate-1 ",
        "<134>1 2026-05-04T11:58:00Z gate-1 gatekeeper 71 ID47 - ",
        '<134>1 2026-05-04T11:58:00Z gate-1 gatekeeper - - [a@1 k="v \\"]\\" w"][b@1 x="y"] \ufeff',
    ],
)
def test_a_syslog_header_is_passed_over_and_names_the_host(header: str) -> None:
    """RFC 3164 and RFC 5424, as relays write them."""
    event = event_of(header + "CEF:0|a|b|c|d|e|5|src=1")
    assert event is not None
    assert event["syslog"]["host"] == "gate-1"  # type: ignore[index]
    assert read(header + "CEF:0|a|b|c|d|e|5|externalId=7").alert_id == "cef:gate-1:a:b:7"


@pytest.mark.parametrize("header", ["", "<134>", "\ufeff", "<134>1 - - ", "May  4 11:58:00 gatekeeper[7]: "])
def test_a_header_may_say_nothing(header: str) -> None:
    """No time that can be read, no host."""
    assert read(header + LINE) == read(LINE)
    event = event_of(header + LINE)
    assert event is not None
    assert "host" not in event.get("syslog", {})  # type: ignore[operator]


@pytest.mark.parametrize(
    "line",
    [
        "sshd[7]: failed login of CEF:0|a|b|c|d|e|10|src=1",
        "<13>May  4 11:58:00 web-1 sshd[7]: user CEF:0|a|b|c|d|e|10|src=1",
        "CEF:0|a|b|c",
        "CEF:x|a|b|c|d|e|5|src=1",
        "CEF:",
        "XCEF:0|a|b|c|d|e|5|src=1",
    ],
)
def test_a_line_that_merely_quotes_an_event_is_none(line: str) -> None:
    """An attacker who can write into a log must not be able to write alerts; half a header is none either."""
    assert event_of(line) is None
    (outcome,) = read_alerts(line.encode(), format_name=None, received_at=RECEIVED)
    assert isinstance(outcome, Refusal)
    assert outcome.reason is DeadLetterReason.NOT_JSON


def test_the_same_event_has_the_same_id_and_another_has_another() -> None:
    """Without an id of the device the event itself is hashed, and devices of different vendors never share one."""
    one, other = "CEF:0|a|b|c|d|e|5|src=1 rt=1777895880000", "CEF:0|a|b|c|d|e|5|src=2 rt=1777895880000"
    assert read(one).alert_id == read(one).alert_id != read(other).alert_id
    assert read("CEF:0|a|b|c|d|e|5|externalId=1").alert_id != read("CEF:0|z|b|c|d|e|5|externalId=1").alert_id


def test_a_line_in_a_wrapper_is_the_same_alert() -> None:
    """As shippers send it."""
    (wrapped,) = read_alerts(json.dumps({"message": LINE}).encode(), format_name="cef", received_at=RECEIVED)
    assert wrapped == read(LINE)


def test_filebeats_decoded_event_is_read_by_its_full_names() -> None:
    """`decode_cef` writes sourceAddress where the line has src."""
    event = cef_event("CEF:0|a|b|c|d|e|5|")
    assert event is not None
    event["cef"]["extensions"] = {"sourceAddress": "203.0.113.1", "sourcePort": 7}  # type: ignore[index]
    value = json.dumps({"@timestamp": "2026-05-04T11:00:00Z", "message": "e", **event}).encode()
    (alert,) = read_alerts(value, format_name=None, received_at=RECEIVED)
    assert isinstance(alert, AlertV1)
    assert (alert.entities.network.source_ip, alert.entities.network.source_port) == ("203.0.113.1", 7)


def test_a_line_of_no_sensible_length_is_none() -> None:
    """Taking it apart would cost many times its length."""
    line = "CEF:0|a|b|c|d|e|5|msg="
    assert event_of(line + "x" * (LONGEST - len(line))) is not None
    assert event_of(line + "x" * LONGEST) is None


@given(st.text())
def test_any_text_behind_a_header_has_an_outcome(text: str) -> None:
    """Nothing escapes the parser, and what it gives is text without control characters."""
    for prefix in ("CEF:0|", "CEF:0|a|b|c|d|e|5|", "<134>1 - - ", "<1>May  4 11:58:00 x "):
        value = (prefix + text).encode(errors="replace")
        assert read_alerts(value, format_name=None, received_at=RECEIVED)
        assert (event := event_of(prefix + text)) is None or json.dumps(event).isprintable()
