"""At least once, whatever happens when: the pipeline under random schedules of a broker, an encoder and deaths.

No run is timed: every step is chosen, and time passes only between them. What must hold is checked after each step.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.unit.classifier.world import World, message_of

_PARTITIONS = st.sampled_from([0, 1])
_NAMES = st.lists(st.sampled_from(["a", "b", "k"]), max_size=3)
_ANY = st.integers(min_value=0, max_value=1_000)
_TURNS = 12
"""Of the event loop, more than any step's consequences take."""
_ROUNDS = 3
"""In which an alert that is left in peace is encoded, published, and, where the topic does not take it, refused."""


class Protocol(RuleBasedStateMachine):
    """The steps that can happen at any time."""

    @initialize(in_flight=st.integers(min_value=1, max_value=8), oversized=st.booleans())
    def begin(self, in_flight: int, oversized: bool) -> None:
        """A process over empty topics; in the end, the topic of scores may take none of those that are left."""
        self.oversized = oversized
        self.loop = asyncio.new_event_loop()
        self.world = World(in_flight=in_flight)
        self.expected: dict[tuple[int, int], int] = {}
        self.written_before = 0
        self._do(self.world.start)

    @rule(partition=_PARTITIONS, names=_NAMES)
    def produce(self, partition: int, names: list[str]) -> None:
        """A message comes to the topic."""
        offset = len(self.world.topic[partition])
        self.world.topic[partition].append(message_of(*names))
        self.expected[partition, offset] = max(len(names), 1)

    @rule(partition=_PARTITIONS)
    def deliver(self, partition: int) -> None:
        """Kafka hands it on."""
        self._do(lambda: self.world.deliver(partition))

    @rule(place=_ANY, fails=st.booleans())
    def encode(self, place: int, fails: bool) -> None:
        """Any of those that wait is encoded next."""
        if waiting := len(self.world.process.asked):
            self._do(lambda: self.world.encode(place % waiting, fails=fails))

    @rule(place=_ANY)
    def take_record(self, place: int) -> None:
        """The broker has it, and the process does not know."""
        if sent := len(self.world.process.on_their_way):
            self._do(lambda: self.world.take_record(place % sent))

    @rule(place=_ANY, oversized=st.booleans())
    def answer(self, place: int, oversized: bool) -> None:
        """The process knows."""
        if sent := len(self.world.process.on_their_way):
            self._do(lambda: self.world.answer(place % sent, oversized=oversized))

    @rule()
    def commit(self) -> None:
        """Offsets reach the broker."""
        self._do(self.world.commit)

    @rule(now=st.sampled_from([True, False, False, False]))
    def kill(self, now: bool) -> None:
        """The process dies with all it had in hand, and another begins at what is committed."""
        if not now:
            return
        self._do(self._end_tasks)
        self.written_before = len(self.world.written)
        self._do(self.world.start)

    @invariant()
    def nothing_is_committed_before_the_broker_has_all_that_came_of_it(self) -> None:
        """Else a death at this very moment loses it."""
        has = {(origin.partition, origin.offset, origin.index) for _, origin in self.world.written}
        for partition, end in self.world.committed.items():
            for offset in range(end):
                for index in range(self.expected[partition, offset]):
                    assert (partition, offset, index) in has

    @invariant()
    def the_scores_of_an_alert_keep_its_order(self) -> None:
        """Within one life of the process, and as Kafka keeps it: within a partition."""
        last: dict[tuple[str, int], tuple[int, int]] = {}
        for name, origin in self.world.written[self.written_before :]:
            if name:
                place = (origin.offset, origin.index)
                assert last.get((name, origin.partition), (-1, -1)) < place
                last[name, origin.partition] = place

    @invariant()
    def messages_are_acknowledged_in_order_each_once(self) -> None:
        """What Faust commits is only right then."""
        assert not self.world.process.violations

    @invariant()
    def no_more_is_underway_than_may_be(self) -> None:
        """Reading waits instead; a score that its topic does not take goes on as a dead letter."""
        process = self.world.process
        assert len(process.asked) + len(process.on_their_way) <= self.world.in_flight

    def teardown(self) -> None:
        """Left in peace, all that was produced is answered; repeated is only what was delivered again."""
        if not hasattr(self, "world"):
            return
        try:
            self._left_in_peace()
        finally:
            self._do(self._end_tasks)
            self.loop.close()

    def _left_in_peace(self) -> None:
        for _ in range(sum(self.expected.values()) * _ROUNDS + 10):
            self._settle_everything()
        assert self.world.committed == {partition: len(every) for partition, every in self.world.topic.items()}
        self.nothing_is_committed_before_the_broker_has_all_that_came_of_it()
        times = Counter((origin.partition, origin.offset, origin.index) for _, origin in self.world.written)
        assert all(count <= self.world.delivered[place[:2]] for place, count in times.items())

    def _settle_everything(self) -> None:
        for partition in self.world.topic:
            self.deliver(partition)
        for _ in range(len(self.world.process.asked)):
            self._do(lambda: self.world.encode(0, fails=False))
        for _ in range(len(self.world.process.on_their_way)):
            self._do(lambda: self.world.answer(0, oversized=self.oversized))
        self.commit()

    def _do(self, step: Callable[[], None]) -> None:
        """A step, and whatever follows from it until everybody waits again."""

        async def stepped() -> None:
            step()
            for _ in range(_TURNS):
                await asyncio.sleep(0)

        self.loop.run_until_complete(stepped())

    def _end_tasks(self) -> None:
        for task in asyncio.all_tasks(self.loop) - {asyncio.current_task(self.loop)}:
            task.cancel()


TestProtocol = Protocol.TestCase
TestProtocol.settings = settings(
    max_examples=int(os.environ.get("WINNOW_PROTOCOL_EXAMPLES", "100")),
    stateful_step_count=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
