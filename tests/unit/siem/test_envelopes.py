"""What alerts travel in: each envelope is opened, nothing else is, and each alert has its own outcome in its order."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import AlertV1, DeadLetterReason, Severity
from services.siem.envelopes import DEPTH, MOST
from services.siem.reading import FORMATS, Reader, Refusal, read_alerts, read_feedback
from services.siem.shape import AlertFormat, Format
from tests.scans import READER, SCANS
from tests.unit.siem.conftest import ALERTS, RECEIVED, WAZUH

Native = dict[str, Any]
Read = Callable[..., AlertV1]

WRAPPERS: dict[str, Callable[[object], Native]] = {
    "Logstash": lambda inner: {"@version": "1", "@timestamp": "2026-05-04T12:00:00Z", "message": inner, "tags": []},
    "Logstash under ECS": lambda inner: {"@version": "1", "event": {"original": inner}, "host": {"name": "relay-1"}},
    "Filebeat": lambda inner: {
        "@timestamp": "2026-05-04T12:00:00.000Z",
        "@metadata": {"beat": "filebeat", "type": "_doc", "version": "8.15.0"},
        "message": inner,
        "log": {"file": {"path": "/var/ossec/logs/alerts/alerts.json"}, "offset": 71},
        "input": {"type": "filestream"},
        "agent": {"type": "filebeat", "name": "relay-1"},
        "ecs": {"version": "8.0.0"},
    },
    "Filebeat with decoded JSON": lambda inner: {"@timestamp": "2026-05-04T12:00:00.000Z", "json": inner},
    "Vector": lambda inner: {
        "file": "/var/log/suricata/eve.json",
        "host": "relay-1",
        "message": inner,
        "source_type": "file",
        "timestamp": "2026-05-04T12:00:00.1Z",
    },
    "Fluent Bit": lambda inner: {"@timestamp": 1777896000.25, "log": inner, "stream": "stdout"},
    "Fluent Bit with Kubernetes": lambda inner: {"log": inner, "kubernetes": {"pod_name": "siem-0"}},
    "rsyslog": lambda inner: {"msg": inner, "hostname": "relay-1", "syslogtag": "wazuh:", "facility": "local0"},
    "the journal": lambda inner: {"MESSAGE": inner, "_HOSTNAME": "relay-1", "PRIORITY": "6"},
    "GELF": lambda inner: {"version": "1.1", "host": "relay-1", "short_message": "alert", "full_message": inner},
    "an event collector": lambda inner: {"time": 1777896000, "sourcetype": "alerts", "event": inner},
    "EventBridge": lambda inner: {
        "version": "0",
        "id": "5d7c5a70-0000-4000-8000-000000000000",
        "detail-type": "A finding",
        "source": "example.alerts",
        "account": "000000000000",
        "region": "eu-west-1",
        "resources": [],
        "detail": inner,
    },
    "SNS": lambda inner: {"Type": "Notification", "TopicArn": "arn:aws:sns:::alerts", "Message": inner},
    "SNS in Lambda": lambda inner: {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": inner}}]},
    "SQS in Lambda": lambda inner: {"Records": [{"messageId": "1", "body": inner}]},
}


def read(content: object, format_name: str | None = None) -> tuple[AlertV1 | Refusal, ...]:
    """The outcomes of a message."""
    return read_alerts(json.dumps(content).encode(), format_name=format_name, received_at=RECEIVED)


@pytest.mark.parametrize("name", ALERTS)
@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS.keys())
def test_an_alert_is_read_the_same_in_a_wrapper(
    name: str, wrap: Callable[[object], Native], native: dict[str, Native], read_alert: Read
) -> None:
    """As JSON text and as an object, with and without the header; a format that knows a wrapper has evidence of it."""

    def read(content: object, format_name: str | None = None) -> AlertV1:
        return read_alert(content, format_name).model_copy(update={"evidence": {}})

    bare = read(native[name])
    for inner in (json.dumps(native[name]), json.dumps(native[name], indent=2), native[name]):
        assert read(wrap(inner)) == bare
        assert read(wrap(inner), name) == bare
    assert read_alert(WRAPPERS["Vector"](json.dumps(native[name]))) == read_alert(native[name])


def test_a_known_alert_is_never_opened(wazuh: Native, suricata: Native, read_alert: Read) -> None:
    """A Wazuh alert whose log line is another vendor's alert is the Wazuh alert; so is one with a message of JSON."""
    for field in ("full_log", "message", "log", "event", "detail"):
        assert read_alert(wazuh | {field: json.dumps(suricata)}).source == "wazuh"


@pytest.mark.parametrize("scan", SCANS)
def test_a_known_alert_is_no_list_of_what_it_holds(scan: Native) -> None:
    """Nor a page of it."""
    (outcome,) = READER.read_alerts(json.dumps(scan).encode(), format_name=None, received_at=RECEIVED)
    assert isinstance(outcome, AlertV1)
    assert outcome.alert_id == "scans::S-1"


def test_a_wrapper_around_nothing_known_is_refused_as_it_is() -> None:
    """One refusal, nothing guessed."""
    insides: list[object] = ["user logged in", '{"a": 1}', "[1, 2]", "{broken", "", None, 5, {}, []]
    for inner in insides:
        (outcome,) = read({"message": inner, "host": "relay-1"})
        assert isinstance(outcome, Refusal)
        assert outcome.reason is DeadLetterReason.UNKNOWN_FORMAT


def test_an_alerts_text_is_never_taken_for_the_alert(suricata: Native) -> None:
    """Also not in a general format: whoever writes the text could put another alert in the place of their own."""
    ecs = Format(
        name="plain-ecs",
        alerts=AlertFormat(
            recognised_by=(("ecs.version",),),
            general=True,
            fields={"title": ("message",)},
            vendor_id=lambda _: "1",
            identity=(),
            observed_at=(),
            raised_at=(),
            severity=lambda _: Severity.LOW,
        ),
    )
    reader = Reader((*FORMATS, ecs))

    def source(message: str) -> str:
        value = json.dumps({"ecs": {"version": "8.0"}, "message": message}).encode()
        (outcome,) = reader.read_alerts(value, format_name=None, received_at=RECEIVED)
        assert isinstance(outcome, AlertV1)
        return outcome.source

    assert source(json.dumps(suricata)) == "plain-ecs"
    assert source("a plain text") == "plain-ecs"


@pytest.mark.parametrize("key", ["records", "Records", "findings", "Findings"])
def test_each_record_of_a_batch_has_an_outcome_of_its_own(key: str, native: dict[str, Native]) -> None:
    """Event Hubs, Lambda, Security Hub: the good ones are read, the bad one says where it stood."""
    batch = {key: [native["wazuh"], {"nobodys": 1}, {"message": json.dumps(native["suricata"])}], "NextToken": "x"}
    first, second, third = read(batch)
    assert isinstance(first, AlertV1)
    assert isinstance(third, AlertV1)
    assert isinstance(second, Refusal)
    assert (first.source, second.index, third.source) == ("wazuh", 1, "suricata")


def test_findings_within_an_event_are_opened(native: dict[str, Native]) -> None:
    """EventBridge carries Security Hub's findings under `detail.findings`."""
    event = {"version": "0", "source": "aws.securityhub", "region": "eu-west-1", "account": "1", "id": "2"}
    outcomes = read(event | {"detail": {"findings": [native["wazuh"], native["elastic"]]}})
    assert [one.source for one in outcomes if isinstance(one, AlertV1)] == ["wazuh", "elastic"]


def test_records_of_an_object_with_much_else_are_not_a_batch(wazuh: Native) -> None:
    """An alert may have findings of its own."""
    (outcome,) = read({"findings": [wazuh]} | dict.fromkeys("abcd", 1))
    assert isinstance(outcome, Refusal)
    (outcome,) = read({"records": [1, 2, 3]})
    assert isinstance(outcome, Refusal)


def test_an_elasticsearch_hit_is_opened_and_what_its_document_wraps_as_well(native: dict[str, Native]) -> None:
    """A search over an index that a shipper filled."""
    hits = [{"_id": "a", "_index": "i", "_source": {"message": json.dumps(native[name])}} for name in ("wazuh", "cef")]
    outcomes = read({"took": 1, "hits": {"total": 2, "hits": hits}})
    assert [one.source for one in outcomes if isinstance(one, AlertV1)] == ["wazuh", "cef"]


def test_verdicts_are_unwrapped_too(elastic: Native) -> None:
    """The same envelopes on the other topic."""
    value = json.dumps({"message": json.dumps(elastic)}).encode()
    (outcome,) = read_feedback(value, format_name=None, received_at=RECEIVED)
    assert not isinstance(outcome, Refusal)
    assert outcome.alert_id.startswith("elastic:secops:")


def test_envelopes_in_envelopes_are_opened_to_a_fixed_depth(wazuh: Native) -> None:
    """Four deep the alert is found; deeper it is refused, and not looked for."""
    wrapped: object = wazuh
    for _ in range(DEPTH):
        wrapped = {"message": json.dumps(wrapped)}
    (outcome,) = read(wrapped)
    assert isinstance(outcome, AlertV1)
    (outcome,) = read({"message": json.dumps(wrapped)})
    assert isinstance(outcome, Refusal)


def test_a_list_of_texts_is_read_text_by_text(wazuh: Native) -> None:
    """Some collectors send their lines as strings."""
    first, second, third = read([json.dumps(wazuh), "CEF:0|Example|P|1|7|Scan|5|src=203.0.113.1", "nothing"])
    assert isinstance(first, AlertV1)
    assert isinstance(second, AlertV1)
    assert isinstance(third, Refusal)


def test_lines_of_json_are_read_line_by_line(native: dict[str, Native], received_at: datetime) -> None:
    """Also wrapped ones, CEF among them, and with a line that is broken: it alone is refused, with its place."""
    lines = [
        json.dumps(native["wazuh"]),
        "",
        json.dumps({"message": json.dumps(native["suricata"])}),
        '{"cut": "o',
        "<134>May  4 11:59:58 gate-1 CEF:0|Example|P|1|7|Scan|5|src=203.0.113.1",
        "plain text",
        json.dumps(native["elastic"]),
    ]
    for end in ("\n", "\r\n"):
        outcomes = read_alerts(end.join(lines).encode(), format_name=None, received_at=received_at)
        sources = [one.source if isinstance(one, AlertV1) else one.reason.value for one in outcomes]
        assert sources == ["wazuh", "suricata", "not_json", "cef", "not_json", "elastic"]
        assert [one.index for one in outcomes if isinstance(one, Refusal)] == [2, 4]


CEF_LINE = "<134>May  4 11:59:58 gate-1 CEF:0|Example|P|1|7|Scan|5|src=203.0.113.1"
NOISE = ["-- log opened --", "nothing, here", '{"cut": "o', "\t at frame 1"]


@pytest.mark.parametrize("line", [CEF_LINE, "LEEF:1.0|Example|P|1|7|src=203.0.113.1", json.dumps(WAZUH)])
def test_the_one_line_that_can_be_read_is_read_whatever_stands_around_it(line: str, received_at: datetime) -> None:
    """The rest is told: as one where it follows one another, however much that is."""
    for before, after in ((NOISE, []), ([], NOISE), (NOISE, NOISE), (NOISE[:1], NOISE * 100)):
        value = "\n".join([*before, line, *after]).encode()
        outcomes = read_alerts(value, format_name=None, received_at=received_at)
        told = [one.reason if isinstance(one, Refusal) else "read" for one in outcomes]
        assert told == ["not_json"] * bool(before) + ["read"] + ["not_json"] * bool(after)
        assert [one.index for one in outcomes if isinstance(one, Refusal)] == [0] * bool(before) + [
            len(told) - 1
        ] * bool(after)
        last = outcomes[-1]
        assert not after or (isinstance(last, Refusal) and f"so are the {len(after) - 1} lines after it" in last.detail)


def test_lines_are_never_left_out_untold(received_at: datetime) -> None:
    """More lines than are looked at are refused as a whole, though most of them are noise."""
    value = "\n".join([CEF_LINE, *["noise"] * MOST, CEF_LINE]).encode()
    (outcome,) = read_alerts(value, format_name=None, received_at=received_at)
    assert isinstance(outcome, Refusal)
    assert outcome.reason is DeadLetterReason.TOO_LARGE


def test_a_broken_document_of_many_lines_is_one_refusal(wazuh: Native, received_at: datetime) -> None:
    """And not one for each of its lines."""
    value = json.dumps(wazuh, indent=2)[:-2].encode()
    (outcome,) = read_alerts(value, format_name=None, received_at=received_at)
    assert isinstance(outcome, Refusal)
    assert outcome.reason is DeadLetterReason.NOT_JSON


def test_too_many_lines_or_records_are_refused_as_one(wazuh: Native, received_at: datetime) -> None:
    """Whatever they travel in, the bound on a message's items is the same."""
    line = json.dumps({"rule": {"id": "1"}}).encode()
    batches = (b"\n".join([line] * (MOST + 1)), b'{"records":[' + b",".join([line] * (MOST + 1)) + b"]}")
    nested = json.dumps([{"records": [{"a": 1}] * 100}] * 50).encode()
    for value in (*batches, nested):
        (outcome,) = read_alerts(value, format_name=None, received_at=received_at)
        assert isinstance(outcome, Refusal)
        assert outcome.reason is DeadLetterReason.TOO_LARGE
    assert len(read_alerts(b"\n".join([line] * MOST), format_name=None, received_at=received_at)) == MOST


CONTENT = st.recursive(
    st.sampled_from([WAZUH, json.dumps(WAZUH), "text", 5, None, {}, "CEF:0|a|b|c|d|e|5|x=y", "LEEF:1.0|a|b|c|d|x=y"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.builds(
            lambda key, one: {key: one}, st.sampled_from(["message", "log", "records", "detail", "event"]), inner
        )
        | st.builds(lambda key, one: {key: json.dumps(one)}, st.sampled_from(["message", "msg", "body"]), inner)
    ),
    max_leaves=12,
)


@given(CONTENT)
@settings(max_examples=150)
def test_any_nesting_has_the_same_outcomes_each_time(content: object) -> None:
    """At least one, indexed in order: a repeat after a crash is recognisable."""
    value = json.dumps(content).encode()
    for reading in (read_alerts, read_feedback):
        outcomes = reading(value, format_name=None, received_at=RECEIVED)
        assert outcomes
        assert outcomes == reading(value, format_name=None, received_at=RECEIVED)
        assert all(one.index == at for at, one in enumerate(outcomes) if isinstance(one, Refusal))


@pytest.mark.parametrize(
    "header",
    [
        "<134>May  4 11:58:00 sensor-1 suricata[811]: ",
        "<134>1 2026-05-04T11:58:00Z sensor-1 suricata 811 - - ",
        "<134>2026-05-04T11:58:00.1+02:00 sensor-1 suricata: @cee: ",
        "May  4 11:58:00 sensor-1 suricata: @cee:",
    ],
)
def test_json_behind_a_syslog_header_is_read(header: str, suricata: Native, read_alert: Read) -> None:
    """As a line of its own, and in a wrapper; what merely quotes it is not read."""
    line = header + json.dumps(suricata)
    (alert,) = read_alerts(line.encode(), format_name=None, received_at=RECEIVED)
    assert alert == read_alert(suricata) == read_alert({"message": line})
    for other in (header + "user " + json.dumps(suricata), header + json.dumps([suricata]), header + "{"):
        (refusal,) = read_alerts(other.encode(), format_name=None, received_at=RECEIVED)
        assert isinstance(refusal, Refusal)
        assert refusal.reason is DeadLetterReason.NOT_JSON
