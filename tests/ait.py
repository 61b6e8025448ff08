"""The labelled alerts of AIT-ADS as examples: each scenario's alerts in time order through a tracker of its own."""

import gzip
import json
import os
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schemas import AlertV1, Rule, Verdict
from schemas.alert import Entities, Host, Network
from services.core.context import ContextTracker
from services.core.example import Example

FOLDER = Path(os.environ.get("WINNOW_DATA", "../shared/data"))


def examples(*, every: int = 1) -> list[Example]:
    """All 11,581 alerts go through the trackers; each `every`th comes out."""
    trackers: defaultdict[str, ContextTracker] = defaultdict(ContextTracker)
    ordered = sorted(_records(), key=lambda record: float(record["alert"]["time"]))
    return [_example(record, trackers[record["scenario"]]) for record in ordered][::every]


def steps() -> dict[str, str]:
    """By alert id the attack step of its scenario, for attacks alone."""
    attacks = (record for record in _records() if record["label"] == "attack")
    return {record["id"]: f"{record['scenario']} {record['event_label']}" for record in attacks}


def _records() -> list[dict[str, Any]]:
    lines = gzip.decompress((FOLDER / "ait_ads_train.jsonl.gz").read_bytes()).splitlines()
    return [json.loads(line) for line in lines]


def _example(record: dict[str, Any], tracker: ContextTracker) -> Example:
    alert = _alert(record)
    return Example(
        alert=alert,
        context=tracker.observe(alert, received_at=alert.observed_at),
        label=Verdict.TRUE_POSITIVE if record["label"] == "attack" else Verdict.FALSE_POSITIVE,
        decided_at=alert.observed_at,
        analysts=("authors",),
    )


def _alert(record: dict[str, Any]) -> AlertV1:
    reduced = record["alert"]
    when = datetime.fromtimestamp(reduced["time"], UTC)
    return AlertV1(
        alert_id=record["id"],
        source=record["detector"].lower(),
        instance=record["scenario"],
        observed_at=when,
        raised_at=when,
        title=reduced["name"],
        rule=Rule(id=reduced["short"], name=reduced["name"]),
        entities=Entities(host=Host(name=reduced["host"] or ""), network=Network(source_ip=reduced["ip"] or "")),
    )
