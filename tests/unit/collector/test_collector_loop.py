"""The loop, on a real buffer: what it does at a turn when nothing is to be read."""

from pathlib import Path
from threading import Event
from typing import cast

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.collector.counts import Counts
from services.collector.handler import Incoming
from services.collector.loop import Collector, Parts
from services.collector.publishing import DeadLetterPublisher
from services.collector.settings import CollectorSection, CollectorSettings
from services.collector.source import Source
from services.collector.watch import Progress
from services.runtime.buffer import Batch, Place, open_buffer, open_writer
from services.runtime.metrics import CollectorMetrics
from services.runtime.reader import reader_of
from services.runtime.settings import BufferSettings, SiemSettings
from tests.messages import at, score


class _Quiet:
    """A source with nothing to read."""

    placed = True

    def poll(self) -> list[Incoming]:
        return []

    def lag(self) -> dict[Place, int]:
        return {}


class _Nobody:
    """Who is given no dead letter."""


@pytest.mark.parametrize(("turns", "left"), [(1, 15), (4, 0)])
def test_turn_after_turn_forgets_until_nothing_is_old(tmp_path: Path, turns: int, left: int) -> None:
    """A bounded number each turn, and not only once in `forget_seconds`."""
    settings = CollectorSettings(
        buffer=BufferSettings(url=SecretStr(f"sqlite:///{tmp_path}/buffer.db"), retention_days=1),
        collector=CollectorSection(forget_rows=5, forget_seconds=3600),
    )
    writer, metrics = open_writer(settings.buffer), CollectorMetrics(CollectorRegistry())
    writer.store(Batch(scores=[score(f"{number}", offset=number) for number in range(20)]))
    parts = Parts(
        reader=reader_of(SiemSettings()),
        source=cast("Source", _Quiet()),
        writer=writer,
        publisher=cast("DeadLetterPublisher", _Nobody()),
        counts=Counts(metrics, alarms={}),
        metrics=metrics,
        progress=Progress(clock=lambda: 0.0, limit_seconds=60),
    )
    collector = Collector(parts, settings, clock=lambda: at(3 * 24 * 60))
    for _ in range(turns):
        collector.turn(Event())
    writer.close()
    buffer = open_buffer(settings.buffer)
    assert buffer.summary().scores == left
    buffer.close()
