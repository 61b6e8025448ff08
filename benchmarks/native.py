"""Native alerts to measure with: the simulated SOC's, and real ones from the folder that WINNOW_DATA names."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

from benchmarks.data import FOLDER, records
from schemas import AlertV1
from services.sandbox.soc import SimulatedSoc
from services.siem.reading import Refusal, read_alerts

MOST = 1_000
"""Alerts of one format."""
RECEIVED = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_NATIVE = ("*_native_labelled.jsonl.gz", "suricata_eve.jsonl.gz", "sigma_detections.jsonl.gz", "samples/*.jsonl")
"""Files of native alerts: one a line, in compressed files under `alert`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Native alerts of one format, by what the Kafka header would call it, and where they are from."""

    format: str
    origin: str
    values: Sequence[bytes]

    @property
    def name(self) -> str:
        """As a table has it."""
        return f"{self.format}, {self.origin}"

    def outcomes(self, format_name: str | None) -> Iterator[AlertV1 | Refusal]:
        """What the values are read as, in order."""
        for value in self.values:
            yield from read_alerts(value, format_name=format_name, received_at=RECEIVED)

    def alerts(self) -> Iterator[AlertV1]:
        """Those that can be read, in order."""
        return (each for each in self.outcomes(self.format) if isinstance(each, AlertV1))


def synthetic() -> list[Sample]:
    """What the simulated SOC raises."""
    simulated = SimulatedSoc(seed=1, start=RECEIVED, rate=30.0).due(RECEIVED + timedelta(seconds=MOST / 5))
    return _by_format("synthetic", (alert.value for alert in simulated))


def real() -> list[Sample]:
    """What is in the folder."""
    files = sorted(chain.from_iterable(map(FOLDER.glob, _NATIVE)))
    return _by_format("real", chain.from_iterable(map(_natives, files)))


def _natives(file: Path) -> Iterator[bytes]:
    if file.suffix != ".gz":
        return iter(file.read_bytes().splitlines())
    return (json.dumps(record["alert"], separators=(",", ":")).encode() for record in records(file.name))


def _by_format(origin: str, values: Iterable[bytes]) -> list[Sample]:
    """What is recognised as one alert of one format, by format."""
    found: defaultdict[str, list[bytes]] = defaultdict(list)
    for value in values:
        outcomes = read_alerts(value, format_name=None, received_at=RECEIVED)
        if len(outcomes) == 1 and isinstance(alert := outcomes[0], AlertV1):
            found[alert.source].append(value)
    return [Sample(format=name, origin=origin, values=every[:MOST]) for name, every in sorted(found.items())]
