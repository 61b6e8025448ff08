"""Writing contexts down."""

import asyncio
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.classifier.snapshots import SnapshotWriter
from services.core.context import read_snapshot
from services.runtime.metrics import ClassifierMetrics
from services.runtime.snapshot_files import SnapshotFiles
from tests.pasts import TOPIC, message, worker
from tests.unit.classifier.test_contexts import seen

PLACE = (TOPIC, 0)


class Desk:
    """A writer with all it needs, and a clock that stands."""

    def __init__(self, folder: Path) -> None:
        self.registry = CollectorRegistry()
        self.files = SnapshotFiles(str(folder / "contexts"), group="g")
        self.contexts = worker(files=self.files)
        self.now = 0.0
        self.writer = SnapshotWriter(
            self.contexts,
            self.files,
            interval_seconds=0.001,
            metrics=ClassifierMetrics(self.registry),
            monotonic=lambda: self.now,
        )

    async def write(self) -> None:
        """Once, all partitions."""
        await self.writer.write(self.contexts.partitions)

    def count(self, outcome: str) -> float:
        """How many came to that."""
        return self.registry.get_sample_value("winnow_context_snapshots_total", {"outcome": outcome}) or 0.0

    def places(self) -> list[tuple[int, int]]:
        """Where those that are there stand, newest first."""
        return [read_snapshot(data).place for data in self.files.newest_first(*PLACE)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk."""
    return Desk(tmp_path)


async def test_what_was_observed_is_written_and_nothing_else(desk: Desk) -> None:
    """Up to the last message; and nothing again while nothing comes."""
    seen(desk.contexts, message(0))
    await desk.write()
    await desk.write()
    assert desk.places() == [(1, 0)]
    assert desk.count("written") == 1
    seen(desk.contexts, message(1))
    await desk.write()
    assert desk.places() == [(2, 0), (1, 0)]


async def test_one_that_stands_further_is_left_alone(desk: Desk) -> None:
    """Another worker has the partition now."""
    seen(desk.contexts, message(0))
    desk.files.write(*PLACE, b"further", place=(5, 0))
    await desk.write()
    assert list(desk.files.newest_first(*PLACE)) == [b"further"]
    assert desk.count("outdated") == 1
    assert desk.count("failed") == 0


async def test_what_another_has_written_is_not_packed_again(desk: Desk) -> None:
    """It is true of this worker too, so its age begins anew; what comes after is written again."""
    seen(desk.contexts, message(0))
    desk.files.write(*PLACE, b"further", place=(5, 0))
    for desk.now in (30.0, 60.0, 90.0):
        await desk.write()
    assert desk.count("outdated") == 1
    assert desk.writer.age_seconds() == 0
    for offset in range(1, 7):
        seen(desk.contexts, message(offset))
    await desk.write()
    assert read_snapshot(next(desk.files.newest_first(*PLACE))).place == (7, 0)


async def test_a_failure_is_counted_and_tried_again(desk: Desk, tmp_path: Path) -> None:
    """The store comes back."""
    seen(desk.contexts, message(0))
    (tmp_path / "contexts").write_text("in the way")
    await desk.write()
    assert desk.count("failed") == 1
    (tmp_path / "contexts").unlink()
    await desk.write()
    assert desk.places() == [(1, 0)]


async def test_it_writes_by_itself(desk: Desk) -> None:
    """Until told to stop, whatever fails."""
    running = asyncio.create_task(desk.writer.run())
    for offset in range(3):
        seen(desk.contexts, message(offset))
        async with asyncio.timeout(5):
            while desk.places()[:1] != [(offset + 1, 0)]:  # noqa: ASYNC110 - what it writes is files
                await asyncio.sleep(0.001)
    running.cancel()


async def test_the_age_is_that_of_what_is_written_down(desk: Desk) -> None:
    """It grows while nothing can be written, and not while nothing comes."""
    assert desk.writer.age_seconds() == 0
    seen(desk.contexts, message(0))
    await desk.write()
    desk.now = 40.0
    assert desk.writer.age_seconds() == 40
    await desk.write()
    assert desk.writer.age_seconds() == 0


async def test_a_partition_that_comes_back_is_as_old_as_since_then(desk: Desk) -> None:
    """Not as what was written before it went."""
    await desk.contexts.assign({PLACE})
    seen(desk.contexts, message(0))
    await desk.write()
    await desk.contexts.assign(set())
    desk.now = 1000.0
    await desk.write()
    await desk.contexts.assign({PLACE})
    seen(desk.contexts, message(1))
    assert desk.writer.age_seconds() == 0
    await desk.write()
    desk.now = 1030.0
    assert desk.writer.age_seconds() == 30
