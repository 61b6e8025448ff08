"""AIT-ADS: whole scenarios in time order, each through a tracker of its own, and the part that is learned and judged.

Landauer, Skopik and Wurzenberger, "Introducing a New Alert Data Set for Multi-Step Attack Analysis", CSET 2024. Alerts
come in the authors' reduced form: time, name, host, address.
"""

import gzip
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.ait import alert_of
from schemas import Verdict
from services.core.context import ContextTracker
from services.core.example import Example

SCENARIOS = ("fox", "santos", "shaw", "wardbeck")
MOST = 40
"""Alerts of one name, host and attack step that are learned and judged, evenly spaced; floods are the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """All alerts of one scenario in time order, and the places of those that are left when floods are thinned.

    An example's `incident` is its attack step; harmless alerts have none.
    """

    name: str
    stream: tuple[Example, ...]
    places: tuple[int, ...]

    @property
    def thinned(self) -> list[Example]:
        """What is learned from, and judged."""
        return [self.stream[place] for place in self.places]


def scenario(name: str) -> Scenario:
    """Read a scenario and observe the context of each of its alerts.

    Raises:
        OSError: the folder WINNOW_DATA does not have it.
    """
    path = Path(os.environ["WINNOW_DATA"]) / f"ait_ads_stream_{name}.jsonl.gz"
    tracker, stream = ContextTracker(), []
    of_kind: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    with gzip.open(path) as lines:
        for place, line in enumerate(lines):
            example = _example(json.loads(line), tracker)
            stream.append(example)
            of_kind[example.alert.title, example.alert.entities.host.name, example.incident].append(place)
    places = sorted(place for kind in of_kind.values() for place in _spaced(kind))
    return Scenario(name=name, stream=tuple(stream), places=tuple(places))


def _spaced(places: list[int]) -> list[int]:
    if len(places) <= MOST:
        return places
    return [places[round(number * (len(places) - 1) / (MOST - 1))] for number in range(MOST)]


def _example(record: dict[str, Any], tracker: ContextTracker) -> Example:
    alert = alert_of(record)
    attack = record["label"] == "attack"
    return Example(
        alert=alert,
        context=tracker.observe(alert, received_at=alert.observed_at),
        label=Verdict.TRUE_POSITIVE if attack else Verdict.FALSE_POSITIVE,
        decided_at=alert.observed_at,
        analysts=("the authors",),
        incident=f"{record['scenario']} {record['event_label']}" if attack else "",
    )
