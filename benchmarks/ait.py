"""Labelled alerts of AIT-ADS in their reduced form, from the data folder: real detectors in a simulated company."""

import gzip
import json
import os
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.simulated import ANALYSTS
from schemas import AlertV1, Rule, Verdict
from schemas.alert import Entities, Host, Network
from services.core.context import ContextTracker
from services.core.example import Example

_FILE = "ait_ads_train.jsonl.gz"


def ait_examples(*, seed: int, second_opinion: float = 0.2) -> list[Example]:
    """All of them in time order, judged rightly by analysts drawn for each; none without the folder WINNOW_DATA."""
    folder = Path(os.environ.get("WINNOW_DATA", ""))
    if not (folder / _FILE).is_file():
        return []
    trackers: defaultdict[str, ContextTracker] = defaultdict(ContextTracker)
    random = Random(seed)
    examples = []
    for record in records(folder):
        alert = alert_of(record)
        examples.append(
            Example(
                alert=alert,
                context=trackers[record["scenario"]].observe(alert, received_at=alert.observed_at),
                label=Verdict.TRUE_POSITIVE if record["label"] == "attack" else Verdict.FALSE_POSITIVE,
                decided_at=alert.observed_at,
                analysts=tuple(random.sample(ANALYSTS, 2 if random.random() < second_opinion else 1)),
            )
        )
    return examples


def records(folder: Path) -> list[dict[str, Any]]:
    """The file's records in time order."""
    return sorted(map(json.loads, gzip.decompress((folder / _FILE).read_bytes()).splitlines()), key=_time)


def _time(record: dict[str, Any]) -> float:
    return float(record["alert"]["time"])


def alert_of(record: dict[str, Any]) -> AlertV1:
    """A record's alert."""
    reduced, when = record["alert"], datetime.fromtimestamp(_time(record), UTC)
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
