"""Training on real, public alerts (AIT-ADS): text and context together beat the look-up by rule.

Needs the data folder; fails without it.
"""

import gzip
import json
import os
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas import AlertV1, Rule, Verdict
from schemas.alert import Entities, Host, Network
from services.core.context import ContextTracker
from services.core.example import Example
from services.trainer.by_hand import train
from services.trainer.settings import ScheduleSettings, TrainerSettings, TrainingSettings

pytestmark = pytest.mark.data

FOLDER = Path(os.environ.get("WINNOW_DATA", "../shared/data"))
_EVERY = 3
"""Each third of the 11,581 alerts is learned from, so that the test stays under two minutes."""


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


def _examples() -> list[Example]:
    """All alerts go through a tracker of their scenario; each third comes out as an example."""
    lines = gzip.decompress((FOLDER / "ait_ads_train.jsonl.gz").read_bytes()).splitlines()
    records = sorted(map(json.loads, lines), key=lambda record: float(record["alert"]["time"]))
    trackers: defaultdict[str, ContextTracker] = defaultdict(ContextTracker)
    made = []
    for record in records:
        alert = _alert(record)
        context = trackers[record["scenario"]].observe(alert, received_at=alert.observed_at)
        label = Verdict.TRUE_POSITIVE if record["label"] == "attack" else Verdict.FALSE_POSITIVE
        made.append(
            Example(alert=alert, context=context, label=label, decided_at=alert.observed_at, analysts=("authors",))
        )
    return made[::_EVERY]


def test_the_model_beats_the_look_up_by_rule_on_later_alerts(tmp_path: Path) -> None:
    """Judged on the latest fifth, with the figures of the exported model."""
    settings = TrainerSettings(
        trainer=ScheduleSettings(timeout_seconds=280.0), training=TrainingSettings(epochs=1, seconds=60.0)
    )
    _, result = train(_examples(), tmp_path, settings=settings, report=lambda _: None)
    assert result.failure == ""
    metrics = result.metrics
    assert metrics["average_precision"] > metrics["baseline.rule_look_up.average_precision"] + 0.05
    assert metrics["f1"] > metrics["baseline.rule_look_up.f1"]
