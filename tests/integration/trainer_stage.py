"""A trainer on real Kafka with a buffer, a store and a tiny base model of its own, as a process that can be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from pydantic import SecretStr

from schemas import ContextV1, FeedbackV1, ScoreStatus, ScoreV1, SourceCoordinates, StageTimes, UnscoredReason
from services.core.context import CONTEXT_VERSION
from services.core.example import Example
from services.runtime.buffer import Batch, ReadVerdict, open_writer
from services.runtime.kafka_python import admin
from services.runtime.settings import BufferSettings, KafkaSettings, ProcessSettings, StoreSettings, TopicSettings
from services.runtime.store import ModelStore
from tests.learning import learnable, tiny_settings, write_base

PATIENCE = 240.0
"""A run imports torch, which takes its time on a busy machine."""


@dataclass(frozen=True, kw_only=True)
class TrainerStage:
    """Where a test plays. The models topic is made by the test that wants one."""

    folder: Path
    base: Path
    settings: ProcessSettings
    buffer: BufferSettings

    @property
    def store(self) -> ModelStore:
        """The model store."""
        return ModelStore(self.settings.store)

    @property
    def runs(self) -> Path:
        """The folder of the runs' folders."""
        return self.folder / "runs"

    def make_topic(self) -> None:
        """Make the models topic."""
        client = admin(self.settings.kafka)
        topic = {"num_partitions": 1, "replication_factor": 1, "configs": {"cleanup.policy": "compact"}}
        client.create_topics({self.settings.topics.models: topic}, wait_for_metadata=True)
        client.close()

    def judge(self, examples: Sequence[Example]) -> None:
        """Put examples into the buffer as scores and verdicts."""
        writer = open_writer(self.buffer)
        rows = list(enumerate(examples))
        writer.store(
            Batch(
                scores=[_score(example, offset) for offset, example in rows],
                verdicts=[ReadVerdict(feedback=one) for _, example in rows for one in _verdicts(example)],
            )
        )
        writer.close()

    def environment(self, **values: str) -> dict[str, str]:
        """What a trainer's process is started with."""
        tiny = tiny_settings(self.base, gate={"minimum_attacks": 5, "minimum_harmless": 5})
        named = {
            "WINNOW_KAFKA__BOOTSTRAP_SERVERS": self.settings.kafka.bootstrap_servers,
            "WINNOW_TOPICS__MODELS": self.settings.topics.models,
            "WINNOW_STORE__URL": self.settings.store.url,
            "WINNOW_BUFFER__URL": self.buffer.url.get_secret_value(),
            "WINNOW_TRAINER__RUNS": str(self.runs),
            "WINNOW_TRAINER__POLL_SECONDS": "0.2",
            "WINNOW_TRAINER__BACKOFF_SECONDS": "0.2",
        }
        return {**os.environ, **named, "WINNOW_TRAINING": tiny.model_dump_json(), **values}

    @contextmanager
    def process(self, *arguments: str, **environment: str) -> "Iterator[subprocess.Popen[bytes]]":
        """A trainer as a process of its own, killed at the end if it still runs."""
        command = [sys.executable, "-m", "services.trainer", *arguments]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, env=self.environment(**environment), stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait(PATIENCE)

    @property
    def log(self) -> Path:
        """What the processes logged."""
        return self.folder / "trainer.log"

    def until(self, holds: Callable[[], object], *, what: str) -> None:
        """Look again and again until it holds; fail with the log's end when the time is up."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"{what} did not happen: {self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    def run_of(self, trainer: "subprocess.Popen[bytes]") -> psutil.Process:
        """The process of the run that a trainer has started, once it works on its folder."""
        found: list[psutil.Process] = []

        def started() -> bool:
            children = psutil.Process(trainer.pid).children()
            found[:] = [child for child in children if "services.trainer.run" in child.cmdline()]
            return bool(found)

        self.until(started, what="a run")
        return found[0]


def stage_for(bootstrap: str, *, folder: Path, topic: str) -> TrainerStage:
    """A stage whose names no other test uses."""
    return TrainerStage(
        folder=folder,
        base=write_base(folder / "base"),
        settings=ProcessSettings(
            kafka=KafkaSettings(bootstrap_servers=bootstrap),
            topics=TopicSettings(models=topic),
            store=StoreSettings(url=str(folder / "models")),
        ),
        buffer=BufferSettings(url=SecretStr(f"sqlite:///{folder / 'buffer.db'}")),
    )


def judged_examples(size: int = 600) -> list[Example]:
    """Enough to learn from."""
    return learnable(size)


def _score(example: Example, offset: int) -> ScoreV1:
    when = example.alert.raised_at
    return ScoreV1(
        alert=example.alert,
        context=ContextV1(version=CONTEXT_VERSION, values=example.context.values),
        status=ScoreStatus.UNSCORED,
        unscored_reason=UnscoredReason.NO_MODEL,
        shown=True,
        origin=SourceCoordinates(topic="siem.alerts", partition=0, offset=offset),
        times=StageTimes(produced_at=when, received_at=when, normalised_at=when, scored_at=when),
    )


def _verdicts(example: Example) -> list[FeedbackV1]:
    return [
        FeedbackV1(
            alert_id=example.alert.alert_id, verdict=example.label, analyst=analyst, decided_at=example.decided_at
        )
        for analyst in example.analysts
    ]
