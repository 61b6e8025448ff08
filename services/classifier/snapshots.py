"""Writing down the contexts: every so often, when a partition goes elsewhere, and at the end."""

import asyncio
import logging
from collections.abc import Callable, Iterable

from services.classifier.contexts import Contexts, PartitionName
from services.classifier.errors import told
from services.core.context import Place, Snapshot, written
from services.runtime.errors import SnapshotOutdated
from services.runtime.metrics import ClassifierMetrics
from services.runtime.snapshot_files import SnapshotFiles

log = logging.getLogger(__name__)


class SnapshotWriter:
    """Writes a snapshot of each partition that has moved. What fails is counted and tried again, and stops nothing.

    The copy is made in the event loop, all else in a thread.
    """

    def __init__(
        self,
        contexts: Contexts,
        files: SnapshotFiles,
        *,
        interval_seconds: float,
        metrics: ClassifierMetrics,
        monotonic: Callable[[], float],
    ) -> None:
        self._contexts = contexts
        self._files = files
        self._interval = interval_seconds
        self._metrics = metrics
        self._monotonic = monotonic
        self._written: dict[PartitionName, Place] = {}
        self._true_at: dict[PartitionName, float] = {}
        self._one = asyncio.Lock()

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            await self.write(self._contexts.partitions)

    async def write(self, partitions: Iterable[PartitionName]) -> None:
        """Write the snapshots of these partitions, as far as they are known and have moved."""
        async with self._one:
            self._forget_lost()
            for name in partitions:
                self._true_at.setdefault(name, self._monotonic())
                if self._contexts.place(name) != self._written.get(name):
                    await self._write(name)
                else:
                    self._true_at[name] = self._monotonic()

    def age_seconds(self) -> float:
        """How old what is written down is, by the partition where that is oldest; 0 without any. For any thread."""
        now, here = self._monotonic(), self._contexts.partitions
        return max((now - at for name, at in list(self._true_at.items()) if name in here), default=0.0)

    def _forget_lost(self) -> None:
        """Partitions that went elsewhere: should they come back, it is with what others have written."""
        for name in self._true_at.keys() - self._contexts.partitions:
            del self._true_at[name]
            self._written.pop(name, None)

    async def _write(self, name: PartitionName) -> None:
        snapshot, began = self._contexts.snapshot(name), self._monotonic()
        if snapshot is None:
            return
        try:
            await asyncio.to_thread(self._put, snapshot)
        except SnapshotOutdated:  # what is there stands as far
            self._done("outdated", name, snapshot, began)
        except Exception as error:  # noqa: BLE001 - the next one may be written, and alerts are scored without
            self._metrics.snapshots.labels("failed").inc()
            log.error("a snapshot of contexts cannot be written", extra={"topic": name[0]} | told(error))  # noqa: TRY400
        else:
            self._done("written", name, snapshot, began)

    def _done(self, outcome: str, name: PartitionName, snapshot: Snapshot, began: float) -> None:
        self._metrics.snapshots.labels(outcome).inc()
        self._written[name], self._true_at[name] = snapshot.place, began

    def _put(self, snapshot: Snapshot) -> None:
        self._files.write(snapshot.topic, snapshot.partition, written(snapshot), place=snapshot.place)
