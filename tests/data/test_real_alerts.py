"""Every real alert of the data folder is read whole, under its own name alone. Needs the folder; fails without it."""

import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas import AlertV1, DeadLetterReason, Severity
from services.siem.reading import Refusal, read_alerts

pytestmark = pytest.mark.data

FOLDER = Path(os.environ.get("WINNOW_DATA", "../shared/data"))
RECEIVED = datetime(2026, 11, 1, tzinfo=UTC)

LABELLED = [("wazuh_native_labelled.jsonl.gz", "wazuh"), ("suricata_eve.jsonl.gz", "suricata")]
SAMPLES = [
    ("samples/wazuh.jsonl", "wazuh"),
    ("samples/suricata_eve.jsonl", "suricata"),
    ("samples/elastic_security_alert.jsonl", "elastic"),
    ("samples/microsoft_defender_xdr_alert.jsonl", "defender"),
    ("samples/microsoft_graph_alert_v2.jsonl", "defender"),
    ("samples/microsoft_sentinel.jsonl", "sentinel"),
    ("samples/splunk_notable.jsonl", "splunk"),
]
ABOUT_NOBODY = {"samples/microsoft_graph_alert_v2.jsonl", "samples/microsoft_sentinel.jsonl"}
"""Files in which some alerts name no host and no connection."""
EVENTS = ["aminer_native_labelled", "evtx_attack_events", "panther_rule_events", "sigma_detections"]
"""Files of events, most of them no alerts; AppOmni's among them are alerts in plain ECS."""
FOREIGN = [
    "aws_guardduty",
    "aws_security_hub_asff",
    "crowdstrike_falcon",
    "ocsf_detection_finding",
    "qradar_offense",
    "sigma_detection",
]


def natives(file: str) -> Iterator[dict[str, Any]]:
    """The native alerts of a file: whole lines of a sample, the field `alert` of labelled lines."""
    path = FOLDER / file
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in content.splitlines():
        record = json.loads(line)
        yield record["alert"] if path.suffix == ".gz" else record


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


@pytest.mark.parametrize(("file", "vendor"), LABELLED + SAMPLES)
def test_the_header_changes_nothing(file: str, vendor: str) -> None:
    """Named or recognised, an alert reads the same; whole files can be sent as one list."""
    whole = json.dumps(list(natives(file))).encode()
    named = read_alerts(whole, format_name=vendor, received_at=RECEIVED)
    assert named == read_alerts(whole, format_name=None, received_at=RECEIVED)


@pytest.mark.parametrize("sample", FOREIGN)
def test_another_products_alert_is_not_taken_for_ours(sample: str) -> None:
    """Formats that are not read yet are refused as unknown, not guessed."""
    for native in natives(f"samples/{sample}.jsonl"):
        (outcome,) = read_alerts(json.dumps(native).encode(), format_name=None, received_at=RECEIVED)
        assert isinstance(outcome, Refusal)
        assert outcome.reason is DeadLetterReason.UNKNOWN_FORMAT


@pytest.mark.parametrize("file", EVENTS)
def test_an_event_is_not_taken_for_an_alert(file: str) -> None:
    """No vendor's format takes what is somebody else's log; plain ECS takes what says that it is an alert."""
    mine = {"defender", "elastic", "sentinel", "splunk", "suricata", "wazuh", "wazuh5"}
    for native in natives(f"{file}.jsonl.gz"):
        for outcome in read_alerts(json.dumps(native).encode(), format_name=None, received_at=RECEIVED):
            assert isinstance(outcome, Refusal) or outcome.source not in mine
            assert isinstance(outcome, Refusal) or outcome.source != "ecs" or "appomni" in native
