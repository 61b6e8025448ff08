"""The contexts of the partitions this process reads, each fed in its order and never twice with one alert."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Set
from typing import Any

from schemas import ContextV1
from services.classifier.errors import told
from services.classifier.handler import Incoming, Reading
from services.classifier.history import History
from services.classifier.memory import Memory, fresh
from services.classifier.partition import PartitionContexts
from services.core.context import Place, Snapshot, event_of

log = logging.getLogger(__name__)

_LOAD_SECONDS = 3.0
"""How long a rebalance may wait for snapshots; what comes later is caught up with meanwhile."""

PartitionName = tuple[str, int]


class Contexts:
    """The partitions this process reads; of what was before, a `history` tells."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._partitions: dict[PartitionName, PartitionContexts] = {}
        self._unsure: set[PartitionName] = set()
        """Those that stayed through a rebalance: whether they go on, the next message tells."""
        self._known: dict[PartitionName, asyncio.Future[Memory | None]] = {}
        self._tasks: dict[PartitionName, asyncio.Task[None]] = {}

    @property
    def catching_up(self) -> int:
        """How many partitions are being caught up with; for any thread."""
        return sum(each.catching_up for each in list(self._partitions.values()))

    @property
    def partitions(self) -> frozenset[PartitionName]:
        """Those with a memory of everything it takes, or that must do without; for any thread."""
        return frozenset(name for name, each in list(self._partitions.items()) if not each.catching_up)

    def snapshot(self, name: PartitionName) -> Snapshot | None:
        """All that is known of a partition now; None where there is none, or it is being caught up with."""
        found = self._partitions.get(name)
        return None if found is None or found.catching_up else found.memory.snapshot(*name)

    def place(self, name: PartitionName) -> Place | None:
        """Where that snapshot would stand."""
        found = self._partitions.get(name)
        return None if found is None or found.catching_up else found.memory.place

    async def assign(self, partitions: Iterable[PartitionName]) -> None:
        """From now on read these, all there are. Those read before go on as they are, the others are loaded."""
        now, before = frozenset(partitions), self._partitions.keys() | self._known.keys()
        await self._stop(before - now)
        self._partitions = {name: each for name, each in self._partitions.items() if name in now}
        self._unsure = set(self._partitions)
        self._known |= {name: self._loading(name) for name in now - before}
        loading = [each for each in self._known.values() if not each.done()]
        if loading:
            await asyncio.wait(loading, timeout=_LOAD_SECONDS)

    async def close(self) -> None:
        """Stop catching up, and loading."""
        await self._stop(self._tasks.keys() | self._known.keys())

    def arrived(self, message: Incoming) -> PartitionContexts:
        """A message is there to be worked on; the first of its partition decides what has to be caught up with."""
        name = (message.topic, message.partition)
        if name in self._unsure:
            self._unsure.discard(name)
            if not self._partitions[name].goes_on_at(message.offset):
                self._set_aside(name)
        if name not in self._partitions:
            self._partitions[name] = self._begun(name, message)
        return self._partitions[name]

    def observe(self, reading: Reading, message: Incoming) -> ContextV1:
        """The alert's context within its partition."""
        event = event_of(reading.alert, received_at=message.produced_at)
        partition = self.arrived(message)
        context = partition.observe((message.offset, reading.origin.index), event)
        if partition.overflows:
            partition.give_up()
            self._cancel((message.topic, message.partition))
        return context

    def passed(self, message: Incoming) -> None:
        """All alerts of a message were observed."""
        found = self._partitions.get((message.topic, message.partition))
        if found is not None:
            found.memory.passed(message.offset)

    async def _stop(self, names: Set[PartitionName]) -> None:
        """End what is done for these, and know nothing of them but what was observed here."""
        ends = [each for every in (self._tasks, self._known) for name in names if (each := every.pop(name, None))]
        for each in ends:
            each.cancel()
        await asyncio.gather(*ends, return_exceptions=True)

    def _cancel(self, name: PartitionName) -> None:
        if (task := self._tasks.pop(name, None)) is not None:
            task.cancel()

    def _set_aside(self, name: PartitionName) -> None:
        """A partition that stayed does not go on where it was: what is known of it serves as a snapshot does."""
        found = self._partitions.pop(name)
        self._cancel(name)
        self._known[name] = self._loading(name) if found.catching_up else _done(found.memory)

    def _begun(self, name: PartitionName, first: Incoming) -> PartitionContexts:
        known = self._known.pop(name, None)
        if first.offset == 0:  # whatever is known is of the same alerts, or of another topic of that name
            if known is not None:
                self._beside(name, self._forgotten(name, known))
            return PartitionContexts(fresh(begin=0, remembered=self._history.remembered, complete=True))
        memory = _result(known)
        if memory is not None and memory.continues_at(first.offset):
            return PartitionContexts(memory)
        memory = fresh(begin=first.offset, remembered=self._history.remembered)
        begun = PartitionContexts(memory, most=self._history.most)
        self._beside(name, self._caught_up(begun, first, known))
        return begun

    def _beside(self, name: PartitionName, work: Coroutine[Any, Any, None]) -> None:
        self._tasks[name] = asyncio.create_task(work)

    async def _forgotten(self, name: PartitionName, known: asyncio.Future[Memory | None]) -> None:
        if await known is not None:
            await self._history.forget(*name)

    async def _caught_up(
        self, partition: PartitionContexts, first: Incoming, known: asyncio.Future[Memory | None] | None
    ) -> None:
        name = (first.topic, first.partition)
        try:
            memory = await (known or self._history.load(*name))
            await partition.take_over(await self._history.caught_up(first, memory))
            log.info("the past of a partition is caught up with", extra={"topic": name[0], "partition": name[1]})
        except Exception as error:  # noqa: BLE001 - contexts then stay partial, and the stream goes on
            log.error("the past of a partition is not caught up with", extra=told(error))  # noqa: TRY400
            partition.give_up()

    def _loading(self, name: PartitionName) -> asyncio.Future[Memory | None]:
        return asyncio.ensure_future(self._history.load(*name))


def _done(memory: Memory | None) -> asyncio.Future[Memory | None]:
    future: asyncio.Future[Memory | None] = asyncio.get_running_loop().create_future()
    future.set_result(memory)
    return future


def _result(known: asyncio.Future[Memory | None] | None) -> Memory | None:
    """What is known by now."""
    usable = known is not None and known.done() and not known.cancelled() and known.exception() is None
    return known.result() if known is not None and usable else None
