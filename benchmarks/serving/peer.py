"""A program that answers messages of one topic on another, and how fast, how late and how completely it does."""

import os
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.pacing import paced
from benchmarks.processor import processor_seconds
from benchmarks.topic_reader import from_now_on, let_write, rate_of, read, read_until_silent, written
from schemas.topics import ALERTS, topics
from services.runtime.kafka_python import producer
from services.runtime.settings import KafkaSettings
from services.runtime.topics import create_topics
from services.sandbox.processes import spawn

_START_SECONDS = 120.0
_SILENT_SECONDS = 25.0
"""Longer than a group takes to miss a member that was killed, and its successor to start."""

Topics = tuple[str, str]
"""In and out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One to be answered; its key is its own, and comes back with the answer."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """Messages a second that were worked off, and what the program's processes took of the processor for one."""

    rate: float
    seconds: float
    resident_mebibytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A program, run in a folder; `command` and `environment` are for the topics it is to work between.

    What `is_answer` does not take for one is none, and ends the measurement.
    """

    name: str
    kafka: KafkaSettings
    folder: Path
    command: Callable[[Topics], Sequence[str]]
    environment: Callable[[Topics], Mapping[str, str]]
    is_answer: Callable[[bytes], bool] = lambda _: True

    @contextmanager
    def running(self, probe: Message) -> Iterator["Running"]:
        """The program between two new topics, once it answers the probe; killed at the end."""
        running = Running(self, self._new_topics())
        try:
            running.start()
            running.wait_until_it_answers(probe)
            yield running
        finally:
            running.end()

    def _new_topics(self) -> Topics:
        """Answers are stamped by the broker when it has them."""
        name = f"{self.name}-{uuid.uuid4().hex[:8]}"
        taken, given = f"{name}-in", f"{name}-out"
        like = next(topic for topic in topics() if topic.name == ALERTS)
        made = tuple(like.model_copy(update={"name": each}) for each in (taken, given))
        create_topics(self.kafka, made, extra_config={given: {"message.timestamp.type": "LogAppendTime"}})
        return taken, given


class Running:
    """A peer's process between its topics."""

    def __init__(self, peer: Peer, topics: Topics) -> None:
        self._peer, self._topics = peer, topics
        self._child: subprocess.Popen[bytes] | None = None
        self._log = peer.folder / f"{peer.name}.log"

    def start(self) -> None:
        """Start it."""
        self._peer.folder.mkdir(parents=True, exist_ok=True)
        self._child = spawn(
            self._peer.command(self._topics),
            folder=self._peer.folder,
            log=self._log,
            detached=False,
            environment={**os.environ, **self._peer.environment(self._topics)},
        )

    def end(self) -> None:
        """SIGKILL, its children too."""
        if self._child is not None and self._child.poll() is None:
            for each in self._processes():
                each.kill()
            self._child.wait()

    def _processes(self) -> list[psutil.Process]:
        if self._child is None or self._child.poll() is not None:
            raise RuntimeError(f"{self._peer.name} does not run; see {self._log}")
        process = psutil.Process(self._child.pid)
        return [*process.children(recursive=True), process]

    def wait_until_it_answers(self, probe: Message) -> None:
        """Send the probe until it is answered; who has no group misses the first ones."""
        with from_now_on(self._peer.kafka, self._topics[1]) as reader:
            deadline = time.monotonic() + _START_SECONDS
            while self._processes() and not written(reader):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{self._peer.name} does not answer; see {self._log}")
                self._send([probe])
                time.sleep(1.0)
            read_until_silent(reader, seconds=3.0)

    def _send(self, messages: Sequence[Message], *, rate: float = 0.0) -> dict[bytes, float]:
        """Send them, all at once or so many a second; when each was sent, in epoch seconds."""
        client, times = producer(self._peer.kafka), dict[bytes, float]()
        for message in paced(messages, rate=rate):
            times[message.key] = time.time()
            client.send(self._topics[0], key=message.key, value=message.value, headers=list(message.headers))
        client.close()
        return times

    def burst(self, messages: Sequence[Message]) -> Worked:
        """Have it work off all messages."""
        before = processor_seconds(self._processes())
        with from_now_on(self._peer.kafka, self._topics[1]) as reader:
            self._send(messages)
            let_write(reader, len(messages))
            seconds = processor_seconds(self._processes()) - before
            found = read(reader, len(messages))
        if not all(self._peer.is_answer(record.value) for record in found):
            raise RuntimeError(f"not all that {self._peer.name} gives are answers; see {self._log}")
        resident = sum(each.memory_info().rss for each in self._processes()) / 2**20
        return Worked(rate=rate_of(found), seconds=seconds / len(messages), resident_mebibytes=resident)

    def latencies(self, messages: Sequence[Message], *, rate: float) -> list[float]:
        """Seconds from sent to answered, for messages sent at a steady rate whatever becomes of them."""
        with from_now_on(self._peer.kafka, self._topics[1]) as reader:
            sent = self._send(messages, rate=rate)
            found = read(reader, len(messages))
        return [record.timestamp / 1000 - sent[record.key] for record in found]

    def lost_by_a_kill(self, messages: Sequence[Message], *, rate: float) -> int:
        """How many are never answered where it is killed half-way through them, and started again at once."""
        sending = threading.Thread(target=lambda: self._send(messages, rate=rate))
        with from_now_on(self._peer.kafka, self._topics[1]) as reader:
            sending.start()
            try:
                time.sleep(len(messages) / rate / 2)
                self.end()
                self.start()
            finally:
                sending.join()
            answered = {record.key for record in read_until_silent(reader, seconds=_SILENT_SECONDS)}
        return len({message.key for message in messages} - answered)
