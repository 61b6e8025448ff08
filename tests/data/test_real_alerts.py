"""Every real alert of the data folder is read whole, under its own name alone. Needs the folder; fails without it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from benchmarks.data import records
from schemas import AlertV1, DeadLetterReason, Severity
from services.siem.reading import Refusal, read_alerts

pytestmark = pytest.mark.data

RECEIVED = datetime(2026, 11, 1, tzinfo=UTC)

LABELLED = [
    ("wazuh_native_labelled.jsonl.gz", "wazuh"),
    ("suricata_eve.jsonl.gz", "suricata"),
    ("sigma_detections.jsonl.gz", "sigma"),
]
SAMPLES = [
    ("samples/wazuh.jsonl", "wazuh"),
    ("samples/suricata_eve.jsonl", "suricata"),
    ("samples/elastic_security_alert.jsonl", "elastic"),
    ("samples/microsoft_defender_xdr_alert.jsonl", "defender"),
    ("samples/microsoft_graph_alert_v2.jsonl", "defender"),
    ("samples/microsoft_sentinel.jsonl", "sentinel"),
    ("samples/splunk_notable.jsonl", "splunk"),
    ("samples/sigma_detection.jsonl", "sigma"),
]
ABOUT_NOBODY = {"samples/microsoft_graph_alert_v2.jsonl", "samples/microsoft_sentinel.jsonl"}
"""Files in which some alerts name no host and no connection."""
FIXTURES = [
    ("samples/aws_guardduty.jsonl", "guardduty"),
    ("samples/aws_security_hub_asff.jsonl", "asff"),
    ("samples/crowdstrike_falcon.jsonl", "crowdstrike"),
    ("samples/ocsf_detection_finding.jsonl", "ocsf"),
    ("samples/qradar_offense.jsonl", "qradar"),
]
"""Made by vendors as test data: right in shape, thin in content, and ids repeat."""


def natives(file: str) -> Iterator[dict[str, Any]]:
    """The native alerts of a file: whole lines of a sample, the field `alert` of labelled lines."""
    return (record["alert"] if file.endswith(".gz") else record for record in records(file))


@pytest.mark.parametrize(("file", "vendor"), LABELLED + SAMPLES)
def test_every_real_alert_is_read_whole(file: str, vendor: str) -> None:
    """Recognised as its vendor's, with title, id, time, severity and somebody it is about."""
    ids = []
    for native in natives(file):
        (alert,) = read_alerts(json.dumps(native).encode(), format_name=None, received_at=RECEIVED)
        assert isinstance(alert, AlertV1), alert
        assert alert.source == vendor
        assert not alert.title.startswith("Rule ")
        assert alert.observed_at < RECEIVED
        assert alert.severity is not Severity.UNKNOWN
        assert alert.severity_original
        network, host = alert.entities.network, alert.entities.host
        assert host.name or (network.source_ip and network.destination_ip) or file in ABOUT_NOBODY
        assert AlertV1.from_bytes(alert.to_bytes()) == alert
        ids.append(alert.alert_id)
    assert len(set(ids)) == len(ids) > 0


@pytest.mark.parametrize(("file", "vendor"), FIXTURES)
def test_every_fixture_is_read_as_its_vendors(file: str, vendor: str) -> None:
    """With title, id, time and severity; events of the same product that are no alerts stay unknown."""
    for native in natives(file):
        (alert,) = read_alerts(json.dumps(native).encode(), format_name=None, received_at=RECEIVED)
        if isinstance(alert, Refusal):
            assert alert.reason is DeadLetterReason.UNKNOWN_FORMAT
            assert native["event"]["ExternalApiType"] == "something else"
            continue
        assert (alert.source, alert.observed_at < RECEIVED) == (vendor, True)
        assert alert.severity is not Severity.UNKNOWN
        assert not alert.title.startswith("Rule ")
        assert AlertV1.from_bytes(alert.to_bytes()) == alert


def test_every_anomaly_of_aminer_is_read() -> None:
    """Each under an id of its own; AMiner has no severity."""
    ids = set()
    for native in natives("aminer_native_labelled.jsonl.gz"):
        (alert,) = read_alerts(json.dumps(native).encode(), format_name=None, received_at=RECEIVED)
        assert isinstance(alert, AlertV1), alert
        assert (alert.source, alert.severity) == ("aminer", Severity.UNKNOWN)
        assert alert.entities.host.ip
        assert alert.observed_at < RECEIVED
        ids.add(alert.alert_id)
    assert len(ids) == 120


@pytest.mark.parametrize("file", ["evtx_attack_events.jsonl.gz", "ait_ads_train.jsonl.gz"])
def test_what_is_no_vendors_alert_stays_unknown(file: str) -> None:
    """Windows events without a rule, and alerts cut down to a few fields."""
    for native in list(natives(file))[::10]:
        (outcome,) = read_alerts(json.dumps(native).encode(), format_name=None, received_at=RECEIVED)
        assert isinstance(outcome, Refusal)
        assert outcome.reason is DeadLetterReason.UNKNOWN_FORMAT


@pytest.mark.parametrize(("file", "vendor"), LABELLED + SAMPLES)
def test_the_header_changes_nothing(file: str, vendor: str) -> None:
    """Named or recognised, an alert reads the same; whole files can be sent as one list."""
    whole = json.dumps(list(natives(file))).encode()
    named = read_alerts(whole, format_name=vendor, received_at=RECEIVED)
    assert named == read_alerts(whole, format_name=None, received_at=RECEIVED)


def test_an_event_is_not_taken_for_an_alert() -> None:
    """Of 2,186 events of cloud, SaaS and endpoint logs only those are alerts whose own log type says so."""
    alerts = {"AWS.GuardDuty": "guardduty", "AWS.SecurityFindingFormat": "asff", "AppOmni.Alerts": "ecs"}
    alerts["Crowdstrike.DetectionSummary"] = "crowdstrike"
    for record in records("panther_rule_events.jsonl.gz"):
        for outcome in read_alerts(json.dumps(record["alert"]).encode(), format_name=None, received_at=RECEIVED):
            if not isinstance(outcome, Refusal):
                assert outcome.source in {alerts.get(kind) for kind in record["rule"]["log_types"]}
