"""The labelled alerts of AIT-ADS as examples: each scenario's alerts in time order through a tracker of its own."""

import os
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.ait import alert_of, records
from schemas import Verdict
from services.core.context import ContextTracker
from services.core.example import Example

FOLDER = Path(os.environ.get("WINNOW_DATA", "../shared/data"))


def examples(*, every: int = 1) -> list[Example]:
    """All 11,581 alerts go through the trackers; each `every`th comes out."""
    trackers: defaultdict[str, ContextTracker] = defaultdict(ContextTracker)
    return [_example(record, trackers[record["scenario"]]) for record in records(FOLDER)][::every]


def steps() -> dict[str, str]:
    """By alert id the attack step of its scenario, for attacks alone."""
    attacks = (record for record in records(FOLDER) if record["label"] == "attack")
    return {record["id"]: f"{record['scenario']} {record['event_label']}" for record in attacks}


def _example(record: dict[str, Any], tracker: ContextTracker) -> Example:
    alert = alert_of(record)
    return Example(
        alert=alert,
        context=tracker.observe(alert, received_at=alert.observed_at),
        label=Verdict.TRUE_POSITIVE if record["label"] == "attack" else Verdict.FALSE_POSITIVE,
        decided_at=alert.observed_at,
        analysts=("authors",),
    )
