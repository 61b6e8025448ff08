"""LEEF lines: versions 1 and 2, their delimiters, and what relays make of tabs."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import AlertV1, Severity
from services.siem.leef import leef_event
from services.siem.reading import read_alerts
from tests.unit.siem.conftest import RECEIVED

HEADER = "LEEF:1.0|Example Networks|Watchman|1.0|MalwareFound|"
ATTRIBUTES = ["src=10.20.9.30", "usrName=ines", "srcPort=40000", "dst=10.20.0.1", "dstPort=445", "proto=TCP", "sev=9"]
ATTRIBUTES += ["cat=Malware", "url=http://x.example.net/?a=b", "policy=Default policy", "devTime=1777895880000"]


def read(line: str) -> AlertV1:
    """The alert of a line that must not be refused."""
    (alert,) = read_alerts(line.encode(), format_name=None, received_at=RECEIVED)
    assert isinstance(alert, AlertV1), alert
    return alert


def attributes(line: str) -> dict[str, str]:
    """A line's attributes."""
    event = leef_event(line)
    assert event is not None
    return event["leef"]["attributes"]  # type: ignore[index,no-any-return]


def test_a_line_is_read_field_by_field() -> None:
    """Who, what, where, when, under the contract's names."""
    alert = read(HEADER + "\t".join(ATTRIBUTES))
    assert alert.source == "leef"
    assert (alert.title, alert.rule.id, alert.rule.name) == ("MalwareFound", "MalwareFound", "Default policy")
    assert (alert.severity, alert.severity_original) == (Severity.CRITICAL, "9")
    assert alert.observed_at == alert.raised_at == datetime(2026, 5, 4, 11, 58, tzinfo=UTC)
    network = alert.entities.network
    assert (network.source_ip, network.source_port, network.destination_port) == ("10.20.9.30", 40000, 445)
    assert (network.protocol, alert.entities.user.name) == ("tcp", "ines")
    assert alert.entities.url.full == "http://x.example.net/?a=b"
    assert alert.evidence["leef.attributes.cat"] == "Malware"


@pytest.mark.parametrize(
    ("declared", "delimiter"),
    [
        ("^", "^"),
        ("x09", "\t"),
        ("0x09", "\t"),
        ("0x5E", "^"),
        ("x5e", "^"),
        ("X7C", "|"),
        ("0xa6", "\xa6"),
        ("\t", "\t"),
        ("\\t", "\t"),
        ("", "\t"),
        (";", ";"),
    ],
)
def test_version_2_declares_its_delimiter(declared: str, delimiter: str) -> None:
    """A character, or its code in hexadecimal; a tab where none is declared."""
    line = f"LEEF:2.0|Example Networks|Watchman|1.0|MalwareFound|{declared}|{delimiter.join(ATTRIBUTES)}"
    assert attributes(line) == attributes(HEADER + "\t".join(ATTRIBUTES))


def test_version_2_without_the_field_is_read_as_version_1() -> None:
    """Some products write 2.0 and leave the delimiter out."""
    line = "LEEF:2.0|Example Networks|Watchman|1.0|MalwareFound|" + "\t".join(ATTRIBUTES)
    assert attributes(line) == attributes(HEADER + "\t".join(ATTRIBUTES))


@pytest.mark.parametrize("tab", [" ", "#011", "    "])
def test_tabs_that_a_relay_replaced_are_found_again(tab: str) -> None:
    """By spaces before a key, or rsyslog's escape; values keep their own spaces."""
    assert attributes(HEADER + tab.join(ATTRIBUTES)) == attributes(HEADER + "\t".join(ATTRIBUTES))


def test_a_space_and_an_equal_sign_within_a_value_are_no_key_where_there_are_tabs() -> None:
    """Whoever is asked for an address must not be able to name another user with it; a wrapper changes nothing."""
    line = HEADER + "url=http://x.example.net/? usrName=admin\tusrName=ines\tusrName=eve"
    for value in (line, json.dumps({"message": line}), json.dumps([{"log": json.dumps({"message": line})}])):
        alert = read(value)
        assert alert.entities.user.name == "ines"
        assert alert.entities.url.full == "http://x.example.net/? usrName=admin"


def test_tabs_beside_a_leef_line_are_cleaned_like_all(received_at: datetime) -> None:
    """Only the line's own are needed, and none gets into an alert."""
    line = HEADER + "src=203.0.113.1\tmsg=x"
    wazuh = {"rule": {"id": "1", "level": 3, "description": "a\tb"}, "manager": {"name": "m"}, "full_log": line}
    (alert,) = read_alerts(json.dumps(wazuh).encode(), format_name=None, received_at=received_at)
    assert isinstance(alert, AlertV1)
    assert alert.title == "a b"
    assert "\t" not in alert.description


@pytest.mark.parametrize(
    ("time", "form"),
    [
        ("1777895880000", ""),
        ("May 04 2026 11:58:00", ""),
        ("May 04 2026 11:58:00.000 GMT", ""),
        ("2026-05-04T11:58:00.000+0000", ""),
        ("2026-05-04 13:58:00 +0200", "yyyy-MM-dd HH:mm:ss Z"),
        ("04/05/2026 11:58:00", "dd/MM/yyyy HH:mm:ss"),
        ("05/04/2026 11:58:00 AM", "MM/dd/yyyy hh:mm:ss a"),
        ("2026-05-04T11:58:00.000Z", "yyyy-MM-dd'T'HH:mm:ss.SSSZ"),
        ("2026-05-04T13:58:00+02:00", "yyyy-MM-dd'T'HH:mm:ssXXX"),
        ("May 04 2026 11:58:00 UTC", "MMM dd yyyy HH:mm:ss z"),
        ("1777895880000", "epoch"),
        ("May 04 2026 11:58:00", "GGGG"),
    ],
)
def test_the_devices_time_is_read_in_the_form_it_names(time: str, form: str) -> None:
    """Java's usual letters; a form that is not known is passed over."""
    alert = read(f"{HEADER}devTime={time}\tdevTimeFormat={form}")
    assert alert.observed_at == datetime(2026, 5, 4, 11, 58, tzinfo=UTC)


@pytest.mark.parametrize("form", ["MMM dd HH:mm:ss", "%Y", "'", "yyyy" * 100, "", "zzzz", "yyyy yyyy"])
def test_a_form_that_cannot_be_followed_gives_the_time_of_receipt(form: str) -> None:
    """No year, no meaning, no end."""
    assert read(f"{HEADER}devTime=May 04 11:58:00\tdevTimeFormat={form}").observed_at == RECEIVED


@pytest.mark.parametrize(
    ("sev", "severity"),
    [
        ("1", Severity.INFORMATIONAL),
        ("3", Severity.LOW),
        ("5", Severity.MEDIUM),
        ("8", Severity.HIGH),
        ("10", Severity.CRITICAL),
        ("", Severity.UNKNOWN),
        ("high", Severity.UNKNOWN),
    ],
)
def test_severities_go_from_one_to_ten(sev: str, severity: Severity) -> None:
    """Numbers only, as the guide has it."""
    assert read(f"{HEADER}sev={sev}\tsrc=203.0.113.1").severity is severity


def test_an_event_that_is_a_number_is_named_with_its_product() -> None:
    """A title must say more than 15345."""
    assert read("LEEF:1.0|Example|Mailer|4.0|15345|src=203.0.113.1").title == "Mailer 15345"
    assert read("<13>May  4 11:59:58 mx-1 LEEF:1.0|Example|Mailer|4.0|15345|src=1").instance == "mx-1"


@given(st.text())
def test_any_text_behind_a_header_has_an_outcome(text: str) -> None:
    """Nothing escapes the parser."""
    for prefix in (
        "LEEF:1.0|",
        "LEEF:2.0|a|b|c|d|",
        "LEEF:2.0|a|b|c|d|0x",
        HEADER,
        HEADER + "devTime=1\tdevTimeFormat=",
    ):
        assert read_alerts((prefix + text).encode(errors="replace"), format_name=None, received_at=RECEIVED)
