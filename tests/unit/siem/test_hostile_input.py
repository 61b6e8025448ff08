"""Bytes that want to break the reader: each becomes an alert that keeps to the contract, or a refusal."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import AlertV1, FeedbackV1
from services.siem.evidence import ENTRIES, VALUE_LENGTH
from services.siem.reading import ALERT_FORMATS, FEEDBACK_FORMATS, Refusal, read_alerts, read_feedback
from tests.unit.siem.conftest import ALERTS

Native = dict[str, Any]
Read = Callable[..., AlertV1]
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(codec=None)), st.datetimes().map(str)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)
# Keys that formats look for, so that random values land where they hurt.
# fmt: off
KEYS = st.sampled_from([
    "rule", "level", "id", "description", "agent", "manager", "name", "mitre", "tactic", "data", "alert",
    "signature_id", "signature", "severity", "metadata", "event_type", "flow_id", "tx_id", "timestamp",
    "@timestamp", "kibana", "kibana.alert", "kibana.alert.uuid", "kibana.alert.rule.name", "uuid",
    "workflow_status", "kibana.alert.workflow_status", "workflow_tags", "_id", "_source", "_index", "hits",
    "value", "@odata.context", "alert_id", "source", "title", "verdict", "entities", "network", "host",
    "source_port", "src_port", "evidence", "classification", "status", "decided_at", "techniques",
    "observed_at", "schema_version", "win", "eventdata", "hashes", "srcip", "dstip", "protocol", "rule.level",
    "manager.name",
    "@odata.type", "properties", "category", "AlertId", "Title", "tenantId", "serviceSource", "createdDateTime",
    "SystemAlertId", "AlertSeverity", "AlertName", "Entities", "ExtendedProperties", "Tactics", "IncidentName",
    "IncidentNumber", "Status", "AlertIds", "Owner", "object", "alerts", "result", "event_id", "rule_title",
    "security_domain", "urgency", "dest", "disposition", "annotations", "wazuh", "event", "kind", "signal",
    "manager.name", "class_uid", "verdict_id", "status_id", "finding_info", "finding_info_list", "uid", "evidences",
    "object", "objectType", "_type", "sourceRef", "tlp", "stage", "alerts", "observables", "dataType", "alert_title",
    "alert_uuid", "assets", "iocs", "asset_type", "ioc_type", "case_uuid", "ProductArn", "AwsAccountId", "GeneratorId",
    "Types", "Resources", "Workflow", "detail", "service", "serviceName", "composite_id", "cid", "severity_name",
    "behaviors", "offense_source", "offense_type", "magnitude", "closing_reason_id", "AnalysisComponent", "LogData",
    "AMiner", "event", "tags", "threatInfo", "threatId", "agentRealtimeInfo", "org_key", "threat_id", "determination",
    "workflow", "closureDetails", "identifier",
])
# fmt: on
OBJECTS = st.recursive(
    SCALARS
    | st.sampled_from(["alert", "closed", "open", "1.2.3.4:99", "T1059", 99999, 2004, 2005, "Case", "guardduty"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=8),
    max_leaves=40,
)


def kept(value: bytes | None) -> None:
    """Every outcome of every format, on both ways, keeps to its contract and travels."""
    for name in (None, *ALERT_FORMATS, "nobody"):
        outcomes = read_alerts(value, format_name=name, received_at=NOW)
        assert outcomes
        for index, outcome in enumerate(outcomes):
            if isinstance(outcome, Refusal):
                assert outcome.index == index
            else:
                assert AlertV1.from_bytes(outcome.to_bytes()) == outcome
    for name in (None, *FEEDBACK_FORMATS, "nobody"):
        for verdict in read_feedback(value, format_name=name, received_at=NOW):
            assert isinstance(verdict, Refusal) or FeedbackV1.from_bytes(verdict.to_bytes()) == verdict


@given(st.binary())
def test_any_bytes_have_an_outcome(value: bytes) -> None:
    """Nothing escapes."""
    kept(value)


@given(VALUES)
@settings(max_examples=60)
def test_any_json_has_an_outcome(value: object) -> None:
    """With what Python's own writer lets through: NaN, Infinity, lone surrogates."""
    kept(json.dumps(value).encode())


@given(OBJECTS)
@settings(max_examples=120)
def test_any_values_under_known_keys_have_an_outcome(value: object) -> None:
    """Wrong types in the very places the formats read."""
    kept(json.dumps(value).encode())


@given(st.data())
@settings(max_examples=80)
def test_an_alert_with_one_value_replaced_has_an_outcome(data: st.DataObject) -> None:
    """A real alert with anything at all in one of its places."""
    native = json.loads(json.dumps(ALERTS[data.draw(st.sampled_from(ALERT_FORMATS))]))
    place: Any = native
    while True:
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], (dict, list)) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(VALUES)
    kept(json.dumps(native).encode())


HOSTILE = {
    "a NUL": '"a\\u0000b"',
    "a lone surrogate": '"a\\ud800b"',
    "half a pair the other way": '"\\udc00"',
    "a raw control character": '"a\x01b"',
    "an escape sequence": '"\\u001b[31mred"',
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "a float beyond all bounds": "1e999",
    "an integer of 4,000 digits": "9" * 4000,
    "an integer of 10,000 digits": "9" * 10_000,
    "true": "true",
    "null": "null",
    "a list": "[[], {}, null, [1]]",
    "an object": '{"a": {"b": []}}',
    "a megabyte": '"' + "x" * 1_000_000 + '"',
    "a repeated key": '"1", "rule": {"description": "second", "level": 3, "id": "1"}, "id": "2"',
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("place", ["id", "timestamp", "full_log", "location", "manager", "data", "agent", "rule"])
def test_a_hostile_value_does_not_cost_the_alert(place: str, hostile: str, wazuh: Native) -> None:
    """The alert is read without it, or with what is left of it; only without its rule does nothing name it."""
    del wazuh[place]
    message = f'{json.dumps(wazuh)[:-1]}, "{place}": {hostile}}}'.encode()
    kept(message)
    (outcome,) = read_alerts(message, format_name="wazuh", received_at=NOW)
    assert isinstance(outcome, AlertV1) or place == "rule"


def test_a_byte_order_mark_is_passed_over(wazuh: Native) -> None:
    """Windows writes one in front of JSON."""
    (outcome,) = read_alerts(b"\xef\xbb\xbf" + json.dumps(wazuh).encode(), format_name=None, received_at=NOW)
    assert isinstance(outcome, AlertV1)


def test_control_characters_leave_every_text(wazuh: Native, read_alert: Read) -> None:
    """Line breaks become a space, the rest goes: a title cannot imitate a second line, nor colour a terminal."""
    wazuh["rule"]["description"] = "first\r\nsecond\x1b[31m\x00\x85third\u2028"
    wazuh["odd\nkey"] = "v\x07"
    alert = read_alert(wazuh)
    assert alert.title == "first second[31m third"
    assert alert.evidence["odd key"] == "v"


def test_a_long_text_is_clipped_and_the_alert_kept(wazuh: Native, read_alert: Read) -> None:
    """To the contract's bounds, in characters, also beyond the Basic Multilingual Plane."""
    wazuh["full_log"] = "\N{BEAR FACE}" * 10_000
    wazuh["rule"] |= {"description": "t" * 10_000, "mitre": {"id": [f"T{n:04}" for n in range(1000, 1200)]}}
    wazuh["agent"]["name"] = wazuh["predecoder"]["hostname"] = "h" * 10_000
    wazuh["id"], wazuh["manager"]["name"] = "i" * 10_000, "m" * 10_000
    alert = read_alert(wazuh)
    assert (len(alert.title), len(alert.description), len(alert.entities.host.name)) == (1024, 4096, 256)
    assert len(alert.attack.techniques) == 32
    assert len(alert.alert_id) <= 512


@pytest.mark.parametrize(
    "time",
    ["", "yesterday", 0, -1, 1e300, True, {}, "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-99-99"],
)
def test_an_unreadable_time_becomes_the_time_of_receipt(time: object, suricata: Native, read_alert: Read) -> None:
    """Missing, nonsense, or outside the calendar."""
    alert = read_alert(suricata | {"timestamp": time})
    assert alert.observed_at == alert.raised_at == NOW


@pytest.mark.parametrize(
    "time",
    [
        1777896000,
        "1777896000.000",
        1777896000000,
        "2026-05-04T12:00:00",
        "2026-05-04 12:00:00Z",
        "2026-05-04T14:00:00.0000000+02:00",
    ],
)
def test_times_are_read_in_every_usual_form(time: object, suricata: Native, read_alert: Read) -> None:
    """Seconds, milliseconds, and ISO 8601 with and without its zone."""
    assert read_alert(suricata | {"timestamp": time}).observed_at == NOW


@pytest.mark.parametrize(
    "key", ["password", "user_Passwd", "api_key", "apikey", "authorization", "cookie", "access_token", "client-secret"]
)
def test_secrets_do_not_become_evidence(key: str, wazuh: Native, read_alert: Read) -> None:
    """By the name of the field, at whatever depth."""
    wazuh["data"] |= {key: "hunter2", "inner": [{key: "hunter2"}], f"{key}s": {"x": "hunter2"}}
    assert b"hunter2" not in read_alert(wazuh).to_bytes()


def test_evidence_is_bounded_and_what_leads_comes_first(wazuh: Native, read_alert: Read) -> None:
    """Thirty-two short entries, whatever the alert carries beside."""
    wazuh |= {f"aa{n:03}": "v" * 1000 for n in range(500)} | {"aa_blob": "v" * 100_000}
    evidence = read_alert(wazuh).evidence
    assert len(evidence) == ENTRIES
    assert next(iter(evidence)) == "rule.groups"
    assert "aa_blob" not in evidence
    assert max(map(len, evidence.values())) <= VALUE_LENGTH


def test_evidence_does_not_depend_on_the_order_of_a_crowd(wazuh: Native, read_alert: Read) -> None:
    """Also where there are more fields than are looked at."""
    crowd = [(f"k{n:04}", "v") for n in range(4000)]
    one, other = (read_alert(wazuh | dict(order)).evidence for order in (crowd, crowd[::-1]))
    assert one == other


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 10_000])
def test_a_number_that_is_none_is_nothing(number: str, suricata: Native) -> None:
    """Neither an id nor evidence."""
    del suricata["flow_id"], suricata["tx_id"]
    plain, hostile = (
        read_alerts((json.dumps(suricata)[:-1] + more).encode(), format_name=None, received_at=NOW)
        for more in ("}", f', "flow_id": {number}, "tx_id": {number}, "other": [{number}]}}')
    )
    assert plain == hostile


def test_an_alert_without_a_title_is_named_by_its_rule_or_its_text(wazuh: Native, read_alert: Read) -> None:
    """Only what names nothing at all is refused."""
    del wazuh["rule"]["description"]
    assert read_alert(wazuh).title == "Rule 5712"
    del wazuh["rule"]["id"]
    assert read_alert(wazuh, "wazuh").title.startswith("May  4 11:59:58")
