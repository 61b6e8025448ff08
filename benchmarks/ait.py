"""Labelled alerts of AIT-ADS, from the data folder: real detectors in simulated companies, a scenario each.

Landauer, Skopik and Wurzenberger, "Introducing a New Alert Data Set for Multi-Step Attack Analysis", CSET 2024. Alerts
come in the authors' reduced form: time, name, host, address.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

from benchmarks.data import FOLDER, records
from benchmarks.simulated import ANALYSTS
from schemas import AlertV1, Rule, Verdict
from schemas.alert import Entities, Host, Network
from services.core.context import ContextTracker
from services.core.example import Example

_FILE = "ait_ads_train.jsonl.gz"


def ait_examples(*, seed: int, second_opinion: float = 0.2) -> list[Example]:
    """The smaller selection in time order, judged rightly by analysts drawn for each; none without the folder."""
    if not (FOLDER / _FILE).is_file():
        return []
    trackers: defaultdict[str, ContextTracker] = defaultdict(ContextTracker)
    random = Random(seed)
    return [
        example_of(
            record,
            trackers[record["scenario"]],
            analysts=tuple(random.sample(ANALYSTS, 2 if random.random() < second_opinion else 1)),
        )
        for record in by_time()
    ]


def by_time() -> list[dict[str, Any]]:
    """The records of the smaller selection in time order.

    Raises:
        OSError: the folder does not have it.
    """
    return sorted(records(_FILE), key=_time)


def stream(scenario: str) -> Iterator[dict[str, Any]]:
    """All records of one scenario in time order, as they lie in its file.

    Raises:
        OSError: the folder does not have it.
    """
    return records(f"ait_ads_stream_{scenario}.jsonl.gz")


def _time(record: dict[str, Any]) -> float:
    return float(record["alert"]["time"])


def example_of(
    record: dict[str, Any], tracker: ContextTracker, *, analysts: tuple[str, ...] = ("the authors",), incident: str = ""
) -> Example:
    """A record as an example, observed by its scenario's tracker and judged rightly."""
    alert = alert_of(record)
    return Example(
        alert=alert,
        context=tracker.observe(alert, received_at=alert.observed_at),
        label=Verdict.TRUE_POSITIVE if record["label"] == "attack" else Verdict.FALSE_POSITIVE,
        decided_at=alert.observed_at,
        analysts=analysts,
        incident=incident,
    )


def step_of(record: dict[str, Any]) -> str:
    """The attack step of its scenario that a record belongs to; empty where it is harmless."""
    return f"{record['scenario']} {record['event_label']}" if record["label"] == "attack" else ""


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
