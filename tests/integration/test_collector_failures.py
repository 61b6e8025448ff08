"""The collector at its worst moments: killed, stopped, cut off. Nothing is lost, nothing doubled."""

import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.net.manager import KafkaConnectionManager
from kafka.protocol.consumer import SyncGroupRequest
from prometheus_client import CollectorRegistry, generate_latest

from schemas import ScoreV1
from services.collector.bootstrap import build, topic_ids
from services.collector.loop import Collector
from services.collector.source import Source
from services.collector.watch import Progress
from services.runtime.buffer import Position, TrainingBuffer
from services.runtime.kafka_python import admin, consumer
from services.runtime.metrics import CollectorMetrics
from services.sandbox.broker import EmbeddedKafka
from tests.integration.collector_stage import PATIENCE, Stage, stage_on, wait_until
from tests.messages import score, verdict


@pytest.fixture
def buffer(stage: Stage) -> TrainingBuffer:
    """The buffer's reading side."""
    return stage.buffer()


def scores_of(numbers: range) -> list[ScoreV1]:
    """A score for each number."""
    return [score(f"{number}", offset=number) for number in numbers]


def holds_exactly(buffer: TrainingBuffer, number: int) -> bool:
    """So many scores, verdicts and examples: none lost, none doubled."""
    summary = buffer.summary()
    return (summary.scores, summary.verdicts, summary.examples) == (number, number, number)


def test_killed_again_and_again_under_load_nothing_is_lost_or_doubled(stage: Stage, buffer: TrainingBuffer) -> None:
    """SIGKILL while batches are being stored, twice, then on to the end."""
    number = 3000
    stage.send_scores(scores_of(range(number)))
    stage.send_verdicts([verdict(f"{one}") for one in range(number)])
    stored = 0
    for _ in range(2):
        with stage.process(WINNOW_COLLECTOR__BATCH_MESSAGES="20"):  # killed at its end
            wait_until(lambda: _rows(buffer) > stored, what="some progress")  # noqa: B023 - looked at within the turn
        stored = _rows(buffer)
    assert stored < 2 * number, "it was killed too late for the test to mean anything"
    with stage.process() as process:
        wait_until(lambda: holds_exactly(buffer, number), what="all of it")
        _stopped(process)
    assert holds_exactly(buffer, number)


def _rows(buffer: TrainingBuffer) -> int:
    return buffer.summary().scores + buffer.summary().verdicts


def _stopped(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0


class Killed(BaseException):
    """Stands for SIGKILL at a line of the test's choice."""


def test_killed_between_the_databases_commit_and_kafkas_nothing_is_doubled(
    stage: Stage, buffer: TrainingBuffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are stored, Kafka was never told: the next one reads on from the database, not from Kafka."""
    stage.send_scores(scores_of(range(100)))
    stage.send_verdicts([verdict(f"{one}") for one in range(100)])

    def killed(_source: Source, _positions: list[Position]) -> None:
        raise Killed

    with monkeypatch.context() as patched, ExitStack() as stack:
        patched.setattr(Source, "tell", killed)
        collector = _collector(stage, stack)
        with pytest.raises(Killed):
            collector.run(threading.Event())
    stored = _rows(buffer)
    assert stored > 0
    assert _committed_in_kafka(stage) == 0
    registry = CollectorRegistry()
    with _running(stage, registry):
        wait_until(lambda: holds_exactly(buffer, 100), what="the rest")
        wait_until(lambda: _committed_in_kafka(stage) == 200, what="Kafka being told, also of what was stored before")
    read_again = registry.get_sample_value("winnow_buffer_batch_rows_sum")
    assert read_again == 200 - stored, "what the first had stored was read again"


def _collector(stage: Stage, stack: ExitStack, registry: CollectorRegistry | None = None) -> Collector:
    progress = Progress(clock=time.monotonic, limit_seconds=60)
    metrics = CollectorMetrics(registry or CollectorRegistry())
    parts = build(stage.settings, metrics, progress, stack=stack, stop=threading.Event())
    return Collector(parts, stage.settings, clock=lambda: datetime.now(UTC))


@contextmanager
def _running(stage: Stage, registry: CollectorRegistry) -> Iterator[None]:
    """A collector whose metrics the test can see."""
    stop = threading.Event()
    with ExitStack() as stack:
        thread = threading.Thread(target=_collector(stage, stack, registry).run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(PATIENCE)


def _places(stage: Stage) -> list[TopicPartition]:
    topics = (stage.settings.topics.scores, stage.settings.topics.feedback)
    return [TopicPartition(topic, partition) for topic in topics for partition in range(2)]


def _committed_in_kafka(stage: Stage) -> int:
    reader = consumer(stage.kafka, group=stage.settings.collector.group)
    committed = [reader.committed(place) or 0 for place in _places(stage)]
    reader.close(autocommit=False)
    return sum(committed)


def test_nothing_is_stored_before_its_dead_letters_are_acknowledged(
    kafka: EmbeddedKafka, topic_name: Callable[..., str], tmp_path: Path
) -> None:
    """Without their topic the collector waits: a refused message must not vanish."""
    stage = stage_on(kafka.bootstrap, folder=tmp_path, new_name=topic_name)
    stage.make_topics(dead_letters=False)
    buffer = stage.buffer()
    stage.send_raw(stage.settings.topics.scores, [b"poison", score().to_bytes()])
    with stage.process() as process:
        wait_until(lambda: "dead letters are not acknowledged" in stage.log.read_text(), what="the wait")
        assert buffer.summary().scores == 0
        stage.make_topics()
        wait_until(lambda: buffer.summary().scores == 1, what="the score")
        assert b"poison" in {letter.body for letter in stage.dead_letters(at_least=1)}
        _stopped(process)


def test_offsets_that_kafka_holds_are_never_read_from(stage: Stage, buffer: TrainingBuffer) -> None:
    """A buffer that was lost is filled again from what the topics still have, whatever Kafka has as committed."""
    stage.send_scores(scores_of(range(50)))
    with stage.collecting():
        wait_until(lambda: buffer.summary().scores == 50, what="the scores")
    buffer.close()
    for file in stage.folder.glob("buffer.db*"):
        file.unlink()
    again = stage.buffer()
    with stage.collecting():
        wait_until(lambda: again.summary().scores == 50, what="the scores, from the start")


def test_a_topic_deleted_and_made_anew_is_read_from_its_start(stage: Stage, buffer: TrainingBuffer) -> None:
    """Its offsets begin at nought again; the stored ones belong to the topic that is gone."""
    stage.send_scores(scores_of(range(60)))
    with stage.collecting():
        wait_until(lambda: buffer.summary().scores == 60, what="the scores")
    topic = stage.settings.topics.scores
    before = topic_ids(stage.kafka, [topic])
    client = admin(stage.kafka)
    client.delete_topics([topic])
    wait_until(lambda: topic not in client.list_topics(), what="the deletion")
    client.create_topics({topic: {"num_partitions": 2, "replication_factor": 1}}, wait_for_metadata=True)
    client.close()
    assert topic_ids(stage.kafka, [topic]) != before
    stage.send_scores(scores_of(range(100, 300)))
    with stage.collecting():
        wait_until(lambda: buffer.summary().scores == 260, what="every score of the new topic")


def test_a_locked_database_delays_and_loses_nothing(
    stage: Stage, buffer: TrainingBuffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the write lock for longer than the collector waits at once."""
    monkeypatch.setattr("services.runtime.buffer.database.BUSY_SECONDS", 0.2)
    with stage.collecting():
        stage.send_scores(scores_of(range(10)))
        wait_until(lambda: buffer.summary().scores == 10, what="the first scores")
        lock = sqlite3.connect(stage.folder / "buffer.db", isolation_level=None, check_same_thread=False)
        lock.execute("BEGIN IMMEDIATE")
        stage.send_scores(scores_of(range(10, 20)))
        released = threading.Timer(2, lock.execute, ("ROLLBACK",))
        released.start()
        wait_until(lambda: buffer.summary().scores == 20, what="the scores sent while it was locked")
        released.join()
        lock.close()


def test_a_broker_that_restarts_is_found_again(tmp_path: Path, topic_name: Callable[..., str]) -> None:
    """The collector waits for it and reads on."""
    with EmbeddedKafka(data_dir=tmp_path / "kafka") as broker:
        stage = stage_on(broker.bootstrap, folder=tmp_path, new_name=topic_name)
        stage.make_topics()
        buffer = stage.buffer()
        with stage.collecting():
            stage.send_scores(scores_of(range(10)))
            wait_until(lambda: buffer.summary().scores == 10, what="the first scores")
            broker.kill()
            broker.start()
            stage.send_scores(scores_of(range(10, 20)))
            stage.send_verdicts([verdict(f"{one}") for one in range(20)])
            wait_until(lambda: holds_exactly(buffer, 20), what="the rest")


def test_without_a_broker_it_ends_with_3_and_says_so(stage: Stage) -> None:
    """A supervisor sees that something it needs is not there."""
    away = {"WINNOW_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1", "WINNOW_COLLECTOR__START_TIMEOUT_SECONDS": "0.5"}
    with stage.process(**away) as process:
        assert process.wait(PATIENCE) == 3
    assert "no Kafka broker answers at 127.0.0.1:1" in stage.log.read_text()


def test_without_a_usable_database_it_ends_and_says_so(stage: Stage) -> None:
    """3 where it does not answer, 2 where the settings are wrong."""
    nowhere = f"sqlite:///{stage.folder}/missing/x.db"
    with stage.process(WINNOW_BUFFER__URL=nowhere, WINNOW_COLLECTOR__START_TIMEOUT_SECONDS="0.5") as missing:
        assert missing.wait(PATIENCE) == 3
    assert "unable to open database file" in stage.log.read_text()
    with stage.process(WINNOW_BUFFER__URL="mysql://nowhere") as wrong:
        assert wrong.wait(PATIENCE) == 2


def test_sigterm_ends_it_cleanly_and_the_next_goes_on(stage: Stage, buffer: TrainingBuffer) -> None:
    """It leaves the group at once, so the next does not wait for a session to run out."""
    with stage.process() as process:
        stage.send_scores(scores_of(range(10)))
        wait_until(lambda: buffer.summary().scores == 10, what="the scores")
        _stopped(process)
    stage.send_scores(scores_of(range(10, 20)))
    started = time.monotonic()
    with stage.collecting():
        wait_until(lambda: buffer.summary().scores == 20, what="the rest")
    assert time.monotonic() - started < PATIENCE / 2


def test_partitions_added_later_are_read_though_the_broker_shares_them_out_slowly(
    stage: Stage, buffer: TrainingBuffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that comes later than one poll waits for it is taken by a poll after that."""
    monkeypatch.setattr(KafkaConnectionManager, "send", _late(SyncGroupRequest, KafkaConnectionManager.send))
    with stage.collecting():
        stage.send_scores(scores_of(range(1)))
        wait_until(lambda: buffer.summary().scores == 1, what="the first score")
        client = admin(stage.kafka)
        client.create_partitions({stage.settings.topics.scores: 8})
        client.close()
        stage.send_scores(scores_of(range(1, 60)))
        wait_until(lambda: buffer.summary().scores == 60, what="the scores of all partitions")


def _late(kind: type, send: Callable[..., Any]) -> Callable[..., Any]:
    """A `send` of kafka-python's whose answers to requests of that kind come a second late."""

    def sent(manager: Any, request: Any, *rest: Any, **options: Any) -> Any:
        async def waited() -> Any:
            answer = await send(manager, request, *rest, **options)
            await manager._net.sleep(1)
            return answer

        return manager.call_soon(waited) if isinstance(request, kind) else send(manager, request, *rest, **options)

    return sent


def test_it_tells_its_lag_and_its_health(stage: Stage) -> None:
    """Metrics of what it stored, ready once it has its partitions."""
    registry = CollectorRegistry()
    with _running(stage, registry):
        stage.send_scores(scores_of(range(10)))
        stage.send_verdicts([verdict("1"), verdict("2", minutes=3)])
        judged = {"model_version": "m1", "shown": "true", "verdict": "true_positive"}
        wait_until(lambda: registry.get_sample_value("winnow_judged_total", judged) == 2, what="two judgements")
        lag = {"topic": stage.settings.topics.scores, "partition": "0"}
        wait_until(lambda: registry.get_sample_value("winnow_consumer_lag_messages", lag) == 0, what="the lag")
    assert b"winnow_seconds_since_progress" in generate_latest(registry)
