"""A broker and an encoder for the pipeline's protocol, in memory: they do nothing until they are told to.

Each process is a pipeline of its own over the same topics. What it publishes waits until the broker takes it, and then
until the broker's answer reaches it: between the two a process can die.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, cast

from prometheus_client import CollectorRegistry

from schemas import ContextV1, DeadLetterV1, ScoreV1, SourceCoordinates, UnscoredReason
from services.classifier.errors import ModelUnusable
from services.classifier.handler import Incoming
from services.classifier.observations import Observations
from services.classifier.outbox import Outbox
from services.classifier.pipeline import Parts, Pipeline
from services.classifier.publisher import Oversized, Record
from services.classifier.scorer import Question, unscored
from services.core.context import CONTEXT_VERSION
from services.runtime.dead_letters import DeadLetterAlarm
from services.runtime.metrics import ClassifierMetrics
from services.runtime.settings import TopicSettings
from services.siem.reading import BUILT_IN
from tests.messages import NOON, alert

TOPIC = "siem.alerts"
KNOWN = "known"
"""The title of alerts that need no encoder."""


@dataclass(slots=True)
class Sent:
    """A record on its way: `answer` is what the process waits for."""

    record: Record
    answer: asyncio.Future[None]
    is_taken: bool = False


@dataclass(slots=True)
class Asked:
    """An alert that waits for the encoder."""

    question: Question
    score: asyncio.Future[ScoreV1]


class Process:
    """A pipeline, what it waits for, and what it has acknowledged but not committed."""

    def __init__(self, *, in_flight: int, begin: dict[int, int]) -> None:
        metrics = ClassifierMetrics(CollectorRegistry())
        observations = Observations(metrics, alarm=DeadLetterAlarm(bound=1.0, window=100), topic=TOPIC)
        outbox = Outbox(cast("Any", self), topics=TopicSettings(), observations=observations, clock=lambda: NOON)
        self.on_their_way: list[Sent] = []
        self.asked: list[Asked] = []
        self.next_offset, self.acknowledged = dict(begin), dict(begin)
        self.violations: list[str] = []
        """Messages acknowledged out of their order, or more than once."""
        self.reading: asyncio.Task[None] | None = None
        self.pipeline = Pipeline(
            Parts(
                reader=BUILT_IN,
                slot=cast("Any", _Slot()),
                encoder=cast("Any", self),
                outbox=outbox,
                contexts=cast("Any", _Contexts()),
                observations=observations,
                clock=lambda: NOON,
            ),
            in_flight=in_flight,
        )

    async def publish(self, record: Record) -> None:
        """As a `Publisher`."""
        sent = Sent(record, asyncio.get_running_loop().create_future())
        self.on_their_way.append(sent)
        await sent.answer

    async def score(self, question: Question) -> ScoreV1:
        """As an `EncoderQueue`."""
        asked = Asked(question, asyncio.get_running_loop().create_future())
        self.asked.append(asked)
        return await asked.score

    def acknowledge(self, partition: int, offset: int) -> None:
        """As Faust's `event.ack`."""
        if offset != self.acknowledged[partition]:
            self.violations.append(f"{offset} of partition {partition} after {self.acknowledged[partition] - 1}")
        self.acknowledged[partition] = offset + 1


@dataclass(slots=True)
class World:
    """The topics, what is committed, and the one process that runs."""

    in_flight: int
    topic: dict[int, list[bytes]] = field(default_factory=lambda: {0: [], 1: []})
    committed: dict[int, int] = field(default_factory=lambda: {0: 0, 1: 0})
    delivered: Counter[tuple[int, int]] = field(default_factory=Counter)
    written: list[tuple[str, SourceCoordinates]] = field(default_factory=list)
    """What the broker has, in its order: whose outcome (an alert's id, or nobody's), and of what."""
    process: Process = field(init=False)

    def start(self) -> None:
        """Run a new process from what is committed; the one before is dead."""
        self.process = Process(in_flight=self.in_flight, begin=self.committed)

    def deliver(self, partition: int) -> None:
        """Hand the process the next message, if it is done with taking the last one and there is one."""
        process, offset = self.process, self.process.next_offset[partition]
        if offset == len(self.topic[partition]) or (process.reading is not None and not process.reading.done()):
            return
        process.next_offset[partition] += 1
        self.delivered[partition, offset] += 1
        incoming = Incoming(
            value=self.topic[partition][offset],
            format_name=None,
            topic=TOPIC,
            partition=partition,
            offset=offset,
            produced_at=NOON,
            received_at=NOON,
        )
        taken = process.pipeline.take(incoming, acknowledge=lambda: process.acknowledge(partition, offset))
        process.reading = asyncio.get_running_loop().create_task(taken)

    def encode(self, place: int, *, fails: bool) -> None:
        """The encoder is done with one of those that wait, or falls over it."""
        asked = self.process.asked.pop(place)
        if fails:
            asked.score.set_exception(RuntimeError("a bug"))
        else:
            work = asked.question.work
            asked.score.set_result(unscored(work, reason=UnscoredReason.NO_MODEL, clock=lambda: NOON))

    def take_record(self, place: int) -> None:
        """The broker writes down one of the records on their way; nobody knows yet."""
        sent = self.process.on_their_way[place]
        if not sent.is_taken:
            sent.is_taken = True
            self.written.append(_outcome(sent.record))

    def answer(self, place: int, *, oversized: bool = False) -> None:
        """The broker's answer about one of the records arrives: it has it, or will never take a record of that size."""
        sent = self.process.on_their_way.pop(place)
        if oversized and not sent.is_taken and _is_score(sent.record):
            sent.answer.set_exception(Oversized("too large"))
            return
        if not sent.is_taken:
            self.written.append(_outcome(sent.record))
        sent.answer.set_result(None)

    def commit(self) -> None:
        """As Faust does every few seconds."""
        self.committed = dict(self.process.acknowledged)


def _is_score(record: Record) -> bool:
    return record.topic == TopicSettings().scores


def _outcome(record: Record) -> tuple[str, SourceCoordinates]:
    if _is_score(record):
        score = ScoreV1.from_bytes(record.value)
        return score.alert.alert_id, score.origin
    return "", DeadLetterV1.from_bytes(record.value).origin


def message_of(*names: str) -> bytes:
    """A message with alerts of these ids; of none, no JSON. An id that begins with `k` is of a known text."""
    alerts = [alert(f"winnow:t:{name}", title=KNOWN if name.startswith("k") else "new") for name in names]
    together = b",".join(each.to_bytes() for each in alerts)
    return b"[" + together + b"]" if names else b"{never closed"


class _Contexts:
    """No context at all."""

    def arrived(self, _: Incoming) -> None: ...

    def passed(self, _: Incoming) -> None: ...

    def observe(self, *_: object) -> ContextV1:
        return ContextV1(version=CONTEXT_VERSION, partial=True)


class _Model:
    """Answers for known texts at once, by failing."""

    version = "m1"

    @staticmethod
    def render(alert: Any) -> str:
        return str(alert.title)

    @staticmethod
    def known(text: str) -> None:
        if text == KNOWN:
            raise ModelUnusable("no head")


class _Slot:
    model = _Model()
    trouble = ""
