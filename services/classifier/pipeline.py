"""From a message to its acknowledgement: each alert judged, published, confirmed by the broker; then the offset.

Alerts overtake each other where that helps (a known text need not wait for the encoder), with two exceptions: those of
one alert id are published in the order they came, and a partition's messages are acknowledged in order.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemas import ContextV1, DeadLetterReason, DeadLetterV1, ScoreV1, UnscoredReason
from services.classifier.acks import Partition, Pending
from services.classifier.contexts import Contexts
from services.classifier.encoding import EncoderQueue
from services.classifier.errors import told
from services.classifier.handler import Incoming, Reading, any_refused, handle, refused
from services.classifier.models import Slot
from services.classifier.observations import Observations
from services.classifier.outbox import Outbox
from services.classifier.publisher import Oversized
from services.classifier.scorer import Clock, Question, Work, score_known, unscored
from services.classifier.turns import Turns
from services.core.context import CONTEXT_VERSION
from services.siem.reading import Reader

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a pipeline works with."""

    reader: Reader
    slot: Slot
    encoder: EncoderQueue
    outbox: Outbox
    contexts: Contexts
    observations: Observations
    clock: Clock


class Pipeline:
    """Takes messages in and sees each through. At most `in_flight` alerts are underway; then `take` waits."""

    def __init__(self, parts: Parts, *, in_flight: int) -> None:
        self._parts = parts
        self._places = asyncio.Semaphore(in_flight)
        self._partitions: dict[tuple[str, int], Partition] = defaultdict(Partition)
        self._turns = Turns()
        self._underway: set[asyncio.Task[None]] = set()
        self.finished = 0
        """Messages acknowledged so far."""

    def next_offset(self, topic: str, partition: int) -> int | None:
        """The offset after the last acknowledged message of a partition; none before the first."""
        return self._partitions[topic, partition].next_offset

    async def take(self, incoming: Incoming, *, acknowledge: Callable[[], None]) -> None:
        """Begin to work on a message; returns once there is room for more. Never raises on account of the message."""
        self._parts.contexts.arrived(incoming)
        outcomes = handle(incoming, reader=self._parts.reader, now=self._parts.clock())
        self._parts.observations.message(refused=any_refused(outcomes))
        partition = self._partitions[incoming.topic, incoming.partition]
        pending = partition.begin(offset=incoming.offset, parts=len(outcomes), acknowledge=acknowledge)
        for outcome in outcomes:
            await self._places.acquire()
            task = asyncio.create_task(self._carried(incoming, self._prepared(outcome, incoming), partition, pending))
            self._underway.add(task)
            task.add_done_callback(self._underway.discard)
        self._parts.contexts.passed(incoming)

    def _prepared(self, outcome: Reading | DeadLetterV1, incoming: Incoming) -> Work | DeadLetterV1:
        """An alert with its context, which must be observed here: before the next message is looked at."""
        if isinstance(outcome, DeadLetterV1):
            return outcome
        self._parts.observations.alert(outcome.alert.source)
        return Work(
            reading=outcome,
            context=self._context(outcome, incoming),
            produced_at=incoming.produced_at,
            received_at=incoming.received_at,
            normalised_at=self._parts.clock(),
        )

    def _context(self, reading: Reading, incoming: Incoming) -> ContextV1:
        try:
            return self._parts.contexts.observe(reading, incoming)
        except Exception as error:  # noqa: BLE001 - the alert then passes unscored, and the stream goes on
            log.error("no context for an alert", extra=_place(incoming) | told(error))  # noqa: TRY400
            return ContextV1(version=CONTEXT_VERSION, partial=True)

    async def _carried(
        self, incoming: Incoming, item: Work | DeadLetterV1, partition: Partition, pending: Pending
    ) -> None:
        try:
            await self._through(incoming, item)
        except Exception as error:  # noqa: BLE001 - a bug of ours must cost one message, not the stream
            log.error("an alert could not be worked on", extra=_place(incoming) | told(error))  # noqa: TRY400
            await self._refuse(incoming, item, DeadLetterReason.INTERNAL_ERROR, type(error).__name__)
        finally:
            self._places.release()
        self.finished += partition.finish(pending)

    async def _through(self, incoming: Incoming, item: Work | DeadLetterV1) -> None:
        if isinstance(item, DeadLetterV1):
            await self._parts.outbox.dead_letter(item)
            return
        try:
            async with self._turns.of(item.reading.alert.alert_id) as turn:
                score = await self._scored(item)
                await turn.come()
                await self._parts.outbox.score(score)
        except Oversized as error:
            await self._refuse(incoming, item, DeadLetterReason.TOO_LARGE, str(error))

    async def _scored(self, work: Work) -> ScoreV1:
        model, clock = self._parts.slot.model, self._parts.clock
        if model is None:
            detail = self._parts.slot.trouble
            return unscored(work, reason=UnscoredReason.NO_MODEL, detail=detail, clock=clock)
        question = Question(work=work, model=model)
        known = score_known(question, clock=clock)
        self._parts.observations.looked_up(hit=known is not None)
        return known or await self._parts.encoder.score(question)

    async def _refuse(
        self, incoming: Incoming, item: Work | DeadLetterV1, reason: DeadLetterReason, detail: str
    ) -> None:
        origin = item.origin if isinstance(item, DeadLetterV1) else item.reading.origin
        letter = refused(incoming, reason=reason, detail=detail, now=self._parts.clock(), index=origin.index)
        await self._parts.outbox.dead_letter(letter)


def _place(incoming: Incoming) -> dict[str, Any]:
    return {"topic": incoming.topic, "partition": incoming.partition, "offset": incoming.offset}
