"""Formats that a site describes itself: read as the built-in ones are, and a mistake in them said with its place."""

import copy
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import AlertV1, DeadLetterReason, FeedbackV1, Severity, Verdict, VerdictOrigin
from services.siem.own.file import OwnFormatsError, own_formats
from services.siem.reading import FORMATS, Reader, Refusal
from tests.unit.siem.conftest import RECEIVED, WAZUH

Native = dict[str, Any]
EXAMPLE = (Path(__file__).parents[3] / "deploy/siem/own-format.example.yaml").read_text(encoding="utf-8")
BUILT_IN_NAMES = frozenset(each.name for each in FORMATS)

ALERT: Native = {
    "product": "Acme WAF",
    "sensor": {"name": "edge-1"},
    "incident": {
        "ref": "A-2041",
        "summary": "SQL injection blocked",
        "details": "A parameter held SQL.",
        "score": "75.5",
        "seen_at": "2026-05-04T11:58:00Z",
        "created": 1777895940,
        "signature": {"number": 942100, "label": "SQL injection"},
        "attack": [{"tactic": "Initial Access", "technique": "T1190"}, {"tactic": "TA0002", "technique": "t1059.007"}],
        "matched": "1' or '1'='1",
        "internal": {"shard": 7},
    },
    "client": {"address": "10.0.0.1", "forwarded_for": ["203.0.113.9", "10.0.0.1"], "port": "40110"},
    "sites": [{"host": "shop.example.org"}, {"host": "other.example.org"}],
    "request": {
        "path": "/?q=1",
        "verb": "GET",
        "headers": [{"name": "Host", "value": "x"}, {"name": "User-Agent", "value": "curl/8.0"}],
    },
}
VERDICT: Native = {
    "sensor": {"name": "edge-1"},
    "incident": {
        "ref": "A-2041",
        "state": "closed",
        "closing": {"code": "Real Attack", "by": "ines", "at": "2026-05-04 12:30:00", "comment": "seen before"},
    },
}


def own(text: str) -> Reader:
    """A reader with the built-in formats and those of a file."""
    return Reader((*FORMATS, *own_formats(text, file="formats.yaml", taken=BUILT_IN_NAMES)))


EXAMPLE_READER = own(EXAMPLE)


def alert_of(native: object, reader: Reader = EXAMPLE_READER, format_name: str | None = None) -> AlertV1:
    """The one alert, which must not be refused."""
    (alert,) = reader.read_alerts(json.dumps(native).encode(), format_name=format_name, received_at=RECEIVED)
    assert isinstance(alert, AlertV1), alert
    return alert


def verdict_of(native: object, reader: Reader = EXAMPLE_READER) -> FeedbackV1:
    """The one verdict, which must not be refused."""
    (verdict,) = reader.read_feedback(json.dumps(native).encode(), format_name=None, received_at=RECEIVED)
    assert isinstance(verdict, FeedbackV1), verdict
    return verdict


def mistake(text: str) -> str:
    """What is said about an unusable file."""
    with pytest.raises(OwnFormatsError) as caught:
        own_formats(text, file="formats.yaml", taken=BUILT_IN_NAMES)
    return str(caught.value)


def test_the_example_reads_an_alert_field_by_field() -> None:
    """Simple paths, functions, filters, alternatives; the header may name it, and shippers may wrap it."""
    alert = alert_of(ALERT)
    assert alert == alert_of(ALERT, format_name="acme-waf") == alert_of({"message": json.dumps(ALERT)})
    assert (alert.alert_id, alert.source) == ("acme-waf:edge-1:A-2041", "acme-waf")
    assert (alert.title, alert.rule.id, alert.rule.name) == ("SQL injection blocked", "942100", "SQL injection")
    assert (alert.severity, alert.severity_original) == (Severity.HIGH, "75.5")
    assert alert.observed_at == datetime(2026, 5, 4, 11, 58, tzinfo=UTC)
    assert alert.raised_at == datetime(2026, 5, 4, 11, 59, tzinfo=UTC)
    assert alert.attack.tactics == ("TA0001", "TA0002")
    assert alert.attack.techniques == ("T1190", "T1059.007")
    assert (alert.entities.network.source_ip, alert.entities.network.source_port) == ("203.0.113.9", 40110)
    assert alert.entities.url.full == "https://shop.example.org/?q=1"
    assert (alert.entities.url.method, alert.entities.url.user_agent) == ("GET", "curl/8.0")


def test_evidence_is_what_is_left_within_its_limits() -> None:
    """What leads comes first; what was used, left out or is too much does not come at all."""
    evidence = alert_of(ALERT | {"more": {f"k{n:02}": "v" for n in range(40)}}).evidence
    assert len(evidence) == 16
    assert next(iter(evidence)) == "incident.matched"
    assert not {"incident.summary", "incident.internal.shard", "request.headers.name"} & set(evidence)


@pytest.mark.parametrize(
    ("priority", "score", "severity"),
    [
        ("URGENT", 1, Severity.CRITICAL),
        ("notice", 99, Severity.LOW),
        ("high", 1, Severity.HIGH),
        (None, 0, Severity.LOW),
        (None, 40, Severity.MEDIUM),
        (None, 1000, Severity.CRITICAL),
        (None, -1, Severity.UNKNOWN),
        ("whatever", 99, Severity.UNKNOWN),
        (None, None, Severity.UNKNOWN),
    ],
)
def test_severities_come_from_words_and_bounds(priority: object, score: object, severity: Severity) -> None:
    """The first thing said counts, and what it does not name is unknown."""
    native = copy.deepcopy(ALERT)
    native["incident"] |= {"priority": priority, "score": score}
    assert alert_of(native).severity is severity


def test_without_an_id_the_identity_is_hashed_and_without_both_the_alert_is_refused() -> None:
    """Two alerts must not become one because neither has an id."""
    native = copy.deepcopy(ALERT)
    del native["incident"]["ref"]
    one = alert_of(native, format_name="acme-waf")
    assert one.alert_id == alert_of(native, format_name="acme-waf").alert_id
    native["client"]["address"] = "10.0.0.2"
    assert one.alert_id != alert_of(native, format_name="acme-waf").alert_id
    bare = json.dumps({"incident": {"summary": "x"}}).encode()
    (refusal,) = EXAMPLE_READER.read_alerts(bare, format_name="acme-waf", received_at=RECEIVED)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is DeadLetterReason.INVALID_ALERT


def test_an_alert_of_ones_own_and_a_vendors_at_once_is_ambiguous() -> None:
    """An own format is no better than a built-in one."""
    value = json.dumps(ALERT | WAZUH).encode()
    (refusal,) = EXAMPLE_READER.read_alerts(value, format_name=None, received_at=RECEIVED)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is DeadLetterReason.AMBIGUOUS_FORMAT


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("Real Attack", Verdict.TRUE_POSITIVE),
        ("pentest", Verdict.BENIGN_POSITIVE),
        ("FALSE ALARM", Verdict.FALSE_POSITIVE),
        ("cannot tell", Verdict.UNDETERMINED),
        ("seen before", Verdict.DUPLICATE),
        ("true_positive", Verdict.OTHER),
    ],
)
def test_a_closing_code_is_the_verdict_its_table_says(code: str, verdict: Verdict) -> None:
    """In any case; what the table does not have is kept and not guessed."""
    native = copy.deepcopy(VERDICT)
    native["incident"]["closing"]["code"] = code
    found = verdict_of(native)
    assert (found.verdict, found.vendor_value, found.retracted) == (verdict, code, False)


def test_a_verdict_finds_its_alert_and_says_who_and_when() -> None:
    """The id of the alert on its way in, analyst, time and reason."""
    found = verdict_of(VERDICT)
    assert found.alert_id == alert_of(ALERT).alert_id
    assert (found.analyst, found.reason) == ("ines", "seen before")
    assert found.decided_at == datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
    assert found.origin is VerdictOrigin.HUMAN


def test_a_machines_closure_is_kept_apart_and_a_reopened_alert_retracts() -> None:
    """Neither trains; a retraction takes back what anybody said."""
    native = copy.deepcopy(VERDICT)
    native["incident"]["closing"]["by"] = "Auto-Closer"
    assert verdict_of(native).origin is VerdictOrigin.AUTOMATION
    native["incident"]["state"] = "Reopened"
    found = verdict_of(native)
    assert (found.retracted, found.verdict, found.analyst) == (True, Verdict.UNDETERMINED, "")


def test_a_ticket_system_may_judge_another_formats_alerts() -> None:
    """By their parts, or by the whole id it was given."""
    reader = own(
        """
formats:
  desk:
    verdicts:
      recognised_by: [[ticket, wazuh.id]]
      alert_id: {source: wazuh, instance: wazuh.manager, id: wazuh.id}
      verdict: {from: resolution, values: {"true": true_positive}}
  bridge:
    verdicts:
      recognised_by: [[ticket, winnow_id]]
      alert_id: {whole: winnow_id}
      verdict: {from: resolution, values: {"false": false_positive}}
"""
    )
    found = verdict_of({"ticket": 1, "wazuh": {"id": "7.1", "manager": "m"}, "resolution": True}, reader)
    assert (found.alert_id, found.verdict) == ("wazuh:m:7.1", Verdict.TRUE_POSITIVE)
    found = verdict_of({"ticket": 1, "winnow_id": "wazuh:m:7.1", "resolution": "False"}, reader)
    assert (found.alert_id, found.verdict) == ("wazuh:m:7.1", Verdict.FALSE_POSITIVE)
    value = b'{"ticket": 1, "winnow_id": {}, "resolution": 1}'
    (refusal,) = reader.read_feedback(value, format_name="bridge", received_at=RECEIVED)
    assert isinstance(refusal, Refusal)


MINIMAL = """formats:
  own:
    alerts:
      recognised_by: [[a]]
      id: a
      fields:
        title: b
"""
MISTAKES = {
    "no YAML": ("formats: [\n", 2, ""),
    "nothing": ("", 1, "formats"),
    "a list": ("- a\n", 1, ""),
    "no format": ("formats: {}\n", 1, "formats"),
    "an unknown section": (MINIMAL + "more: 1\n", 8, "more"),
    "a field that AlertV1 has not": (MINIMAL + "        titel: c\n", 8, "formats.own.alerts.fields.titel"),
    "no JMESPath": (MINIMAL + "        description: a..b\n", 8, "formats.own.alerts.fields.description"),
    "an empty expression": (MINIMAL + "        description: ''\n", 8, "formats.own.alerts.fields.description"),
    "an unknown function": (MINIMAL + "        description: c[?lenght(d) > `1`]\n", 8, "lenght"),
    "too few arguments": (MINIMAL + "        description: join(c)\n", 8, "join"),
    "too many arguments": (MINIMAL + "        description: length(c, d)\n", 8, "length"),
    "one bad alternative": (MINIMAL + "        description: [c, d.]\n", 8, "formats.own.alerts.fields.description"),
    "a severity that is none": (
        MINIMAL + "      severity:\n        from: c\n        values:\n          x: hihg\n",
        11,
        "formats.own.alerts.severity.values.x",
    ),
    "a bound that is no number": (
        MINIMAL + "      severity:\n        from: c\n        bounds:\n          x: high\n",
        11,
        "formats.own.alerts.severity.bounds.x",
    ),
    "a verdict that is none": (
        MINIMAL
        + "    verdicts:\n      recognised_by: [[v]]\n      alert_id: {id: a}\n"
        + "      verdict:\n        from: v\n        values:\n          x: true_postive\n",
        14,
        "formats.own.verdicts.verdict.values.x",
    ),
    "both ways to an alert": (
        MINIMAL + "    verdicts:\n      recognised_by: [[v]]\n      alert_id: {id: a, whole: b}\n"
        "      verdict: {from: v, values: {x: other}}\n",
        10,
        "formats.own.verdicts.alert_id",
    ),
    "too much evidence": (MINIMAL + "      evidence: {entries: 33}\n", 8, "formats.own.alerts.evidence.entries"),
    "no marks": (MINIMAL.replace("[[a]]", "[[]]"), 4, "formats.own.alerts.recognised_by.0"),
    "no identity": (MINIMAL.replace("      id: a\n", ""), 3, "formats.own.alerts"),
    "no title": (MINIMAL.replace("title: b", "instance: b"), 3, "formats.own.alerts"),
    "a key given twice": (MINIMAL + "        title: c\n", 8, "title"),
    "a name that is none": (MINIMAL.replace("own:", "Own Format:"), 2, "formats.Own Format"),
    "a built-in format's name": (MINIMAL.replace("own:", "wazuh:"), 2, "formats.wazuh"),
    "neither alerts nor verdicts": ("formats:\n  own: {}\n", 2, "formats.own"),
    "an alias without end": ("formats: &a [*a]\n", 1, "nested too deep"),
}


@pytest.mark.parametrize(("text", "line", "field"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_said_with_file_line_and_field(text: str, line: int, field: str) -> None:
    """Before a single alert is read."""
    said = mistake(text)
    assert said.startswith(f"formats.yaml:{line}: ")
    assert field in said


def test_all_mistakes_are_said_at_once() -> None:
    """A line for each."""
    said = mistake(MINIMAL + "        titel: c\n        description: a..b\n").splitlines()
    assert [one.split(":")[1] for one in said] == ["8", "9"]


def test_control_characters_are_a_mistake_as_well() -> None:
    """YAML allows none."""
    assert "formats.yaml" in mistake("formats: \x01")


@given(st.text(max_size=60))
def test_any_text_is_formats_or_a_mistake(text: str) -> None:
    """No other error escapes."""
    for whole in (text, f"formats: {text}", MINIMAL + f"        description: {text}\n"):
        with suppress(OwnFormatsError):
            own_formats(whole, file="formats.yaml", taken=BUILT_IN_NAMES)


HOSTILE_READER = own(
    """
formats:
  odd:
    alerts:
      recognised_by: [[a]]
      id: [a, "max_by(b, &c)", "sort(b)"]
      identity: ["to_string(@)"]
      fields:
        title: ["join(', ', b)", a]
        description: ["avg(b)", "ceil(to_number(b))", "keys(b)", "b[::0]", "b[*].c.d | [0]", "sum(b)", "b"]
        entities.network.source_port: b
        entities.host.name: "[b, [[b]], {x: b}]"
      severity:
        from: ["length(b)", b]
        bounds: {0: low}
      observed_at: b
      tactics: ["b[]", "b.*"]
      techniques: "reverse(b)"
    verdicts:
      recognised_by: [[a]]
      alert_id: {id: [a, b]}
      verdict: {from: ["contains(b, a)", b], values: {x: true_positive}}
      decided_at: b
"""
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("Infinity") | st.just("1e999"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES, VALUES)
@settings(max_examples=200)
def test_no_alert_can_break_an_expression(a: object, b: object) -> None:
    """Whatever type stands where: an alert that keeps to the contract, or a refusal."""
    value = json.dumps({"a": a, "b": b}).encode()
    for name in (None, "odd"):
        for outcome in HOSTILE_READER.read_alerts(value, format_name=name, received_at=RECEIVED):
            assert isinstance(outcome, Refusal) or AlertV1.from_bytes(outcome.to_bytes()) == outcome
        for judged in HOSTILE_READER.read_feedback(value, format_name=name, received_at=RECEIVED):
            assert isinstance(judged, Refusal) or FeedbackV1.from_bytes(judged.to_bytes()) == judged
