"""Labelled alerts of the data folder that stand alone: each with what it is, and what it must not be divided from."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from benchmarks.data import records
from benchmarks.native import RECEIVED
from schemas import AlertV1, Rule
from schemas.alert import Entities, Url
from services.siem.document import Document
from services.siem.evidence import evidence_of
from services.siem.reading import read_alerts

Labelled = tuple[AlertV1, str, str]
"""An alert, what it is, and what it must not be divided from."""
_LONGEST = 4000
"""Characters of a text from the data."""
_TELLING = ("eventName", "eventType", "event_type", "action", "operationName", "operation", "name", "type", "outcome")
"""Where such events say what happened."""


def http_parameters() -> Iterator[Labelled]:
    """Values of HTTP parameters, attack or not, every ninth."""
    for record in islice(records("http_params_train.jsonl.gz"), None, None, 9):
        url = Url(method="GET", full=f"/shop/item?q={record['text']}"[:_LONGEST])
        alert = AlertV1(
            alert_id=f"waf::{record['id']}",
            source="waf",
            observed_at=RECEIVED,
            raised_at=RECEIVED,
            title="HTTP request parameter",
            rule=Rule(id="1"),
            entities=Entities(url=url),
        )
        yield alert, record["label"], record["id"]


def native(name: str) -> Iterator[Labelled]:
    """Native alerts, attack or not; neighbours in the file stay together."""
    for number, record in enumerate(records(name)):
        yield from _read(record["alert"], "", record["label"], str(number // 4))


def panther() -> Iterator[Labelled]:
    """A rule's title and an event of a cloud or product, by whether the rule fires on it; a rule stays together.

    The event stands where a description would: these products have no place in AlertV1 for what it says.
    """
    for record in records("panther_rule_events.jsonl.gz"):
        rule = record["rule"]
        said = evidence_of(Document(record["alert"]), used=(), noise=(), leading=_TELLING)
        alert = AlertV1(
            alert_id=record["id"],
            source="panther",
            observed_at=RECEIVED,
            raised_at=RECEIVED,
            title=rule["title"],
            description=" ".join(f"{path.rpartition('.')[2]} {text}" for path, text in said.items()),
            rule=Rule(id=rule["id"], name=rule["title"]),
        )
        yield alert, record["label"], rule["id"]


def windows_events() -> Iterator[Labelled]:
    """Windows' events as a rule without a name matched them, by tactic; a capture stays together."""
    for record in records("evtx_attack_events.jsonl.gz"):
        rule = {"title": "Windows event", "level": "medium", "tags": [], "id": "x"}
        yield from _read({"rule": rule, "event": record["alert"]}, "sigma", record["label"], record["file"])


def log_lines() -> Iterator[Labelled]:
    """Log lines without their rule, by whether it is of Wazuh's low or medium levels; a test file stays together."""
    for record in records("wazuh_rule_tests.jsonl.gz"):
        if record["label"] in ("low", "medium"):
            rule = {"id": "1", "level": 3, "description": "Log line"}
            raised = {"id": record["id"], "timestamp": RECEIVED.isoformat(), "agent": {"id": "0"}}
            whole = {"rule": rule, "full_log": record["text"], "decoder": {"name": record["decoder"]}} | raised
            yield from _read(whole, "wazuh", record["label"], record["id"].split("/")[1])


def rule_matches() -> Iterator[Labelled]:
    """Sigma's matches, by whether the rule's level (which the text then lacks) is medium or high."""
    for record in records("sigma_detections.jsonl.gz"):
        if record["label"] in ("medium", "high"):
            event = {"rule": record["alert"]["rule"] | {"level": ""}, "event": record["alert"]["event"]}
            yield from _read(event, "sigma", record["label"], record["alert"]["rule"]["id"])


def _read(native: dict[str, Any], format_name: str, label: str, group: str) -> Iterator[Labelled]:
    value = json.dumps(native).encode()
    for outcome in read_alerts(value, format_name=format_name or None, received_at=RECEIVED):
        if isinstance(outcome, AlertV1):
            yield outcome, label, group
