"""Troubles that kill nobody at once: a frozen classifier, a slow broker, a full disk, lost offsets. No alert is lost.

Most of their time is waiting, so they run beside each other. What was sent is what the alert topic holds: an alert
whose acknowledgement never came may be there or not.
"""

import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition

from services.sandbox.broker import EmbeddedKafka
from tests.classifiers import Load, Published, Running, Stage, eventually, lost_and_repeated, same_key, scored_at_least
from tests.messages import alert

LONGER_THAN_A_SESSION = 8.0
"""Seconds. The stage's sessions end after six."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of the alerts that the topic holds have no score, how many scores repeat one, and of all repeats whether
    they have their first's key; whether the trouble came about, and whether all classifiers lived through it.
    """

    lost: int
    repeated: int
    same_key: bool
    happened: bool
    alive: bool


def _outcome(
    stage: Stage, *, first: int = 0, happened: bool = True, alive: Callable[[], bool] = lambda: True
) -> Outcome:
    """Count once all is committed; `first` alerts are no longer in the topic."""
    lost, repeated = lost_and_repeated(stage, stage.ends(stage.topics.alerts))
    return Outcome(lost - first, repeated, same_key(stage.scores()), happened, alive())


def _lives(*classifiers: Running) -> Callable[[], bool]:
    return lambda: all(each.process.poll() is None for each in classifiers)


def _numbered(count: int, *, since: int = 0) -> list[bytes]:
    return [alert(f"winnow:t:{each}", title=f"take {each}").to_bytes() for each in range(since, since + count)]


def _partitions_of(classifier: Running) -> int:
    return int(classifier.logged("partitions assigned")[-1]["partitions"])


def frozen_member(stage: Stage) -> Outcome:
    """One of two stands still for longer than its session, is shut out of its group, and wakes up again."""
    load = Load(stage)
    with stage.classifier() as frozen, stage.classifier() as other:
        with load.running():
            scored_at_least(stage, 100)
            before, all_of_them = len(frozen.logged("partitions assigned")), stage.partitions(stage.topics.alerts)
            frozen.process.send_signal(signal.SIGSTOP)
            eventually(lambda: _partitions_of(other) == all_of_them)
            scored_at_least(stage, stage.ends(stage.topics.scores) + 100)
            frozen.process.send_signal(signal.SIGCONT)
            eventually(lambda: len(frozen.logged("partitions assigned")) > before and _partitions_of(frozen) > 0)
            scored_at_least(stage, stage.ends(stage.topics.scores) + 100)
        return _outcome(stage, alive=_lives(frozen, other))


def slow_broker(stage: Stage, broker: EmbeddedKafka) -> Outcome:
    """It answers a fifth of the time, then for longer than a session not at all, and keeps all connections open."""
    load = Load(stage)
    with stage.classifier() as classifier:
        with load.running():
            scored_at_least(stage, 50)
            for _ in range(8):
                _freeze(broker, seconds=0.8)
                time.sleep(0.2)
            _freeze(broker, seconds=LONGER_THAN_A_SESSION)
            scored_at_least(stage, stage.ends(stage.topics.scores) + 100)
        waited = max(map(_waited, stage.scores()))
        return _outcome(stage, happened=waited > LONGER_THAN_A_SESSION / 2, alive=_lives(classifier))


def _waited(score: Published) -> float:
    """Seconds from an alert's record to its score."""
    times = score.value["times"]
    asked, answered = (datetime.fromisoformat(times[each]) for each in ("produced_at", "scored_at"))
    return (answered - asked).total_seconds()


def _freeze(broker: EmbeddedKafka, *, seconds: float) -> None:
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(broker.pid, signal.SIGCONT)


def full_disk(stage: Stage, broker: EmbeddedKafka, disk: Path) -> Outcome:
    """The broker's disk is full under load, so that it ends; somebody makes room and starts it again."""
    ballast = disk / "ballast"
    with stage.classifier() as classifier:
        stage.send(_numbered(100), format_name="winnow")
        scored_at_least(stage, 50)
        _fill(ballast)
        for value in _numbered(100, since=100):
            key = uuid.uuid4().bytes
            stage.producer.send(stage.topics.alerts, key=key, value=value, headers=[("format", b"winnow")])
        eventually(lambda: broker.pid is None)
        ballast.unlink()
        broker.start()
        stage.producer.flush()
        return _outcome(stage, happened=stage.ends(stage.topics.alerts) > 100, alive=_lives(classifier))


def _fill(ballast: Path) -> None:
    """Write until nothing more fits, down to the last byte."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 10, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def lost_offsets(stage: Stage) -> Outcome:
    """The group's offsets are gone, as after a long standstill: all that is there is answered again."""
    with stage.classifier() as classifier:
        stage.send(_numbered(40), format_name="winnow")
        scored_at_least(stage, 40)
        assert classifier.terminate() == 0
    with _admin(stage) as admin:
        eventually(lambda: not admin.describe_groups([stage.group])[stage.group]["members"])
        admin.delete_groups([stage.group])
    assert stage.committed() == 0
    stage.send(_numbered(10, since=40), format_name="winnow")
    with stage.classifier():
        return _outcome(stage)


def deleted_alerts(stage: Stage) -> Outcome:
    """The topic no longer holds what the group would go on with: it goes on with the oldest that is there."""
    with stage.classifier() as classifier:
        stage.send(_numbered(20), format_name="winnow", partition=0)
        scored_at_least(stage, 20)
        assert classifier.terminate() == 0
    stage.send(_numbered(20, since=20), format_name="winnow", partition=0)
    with _admin(stage) as admin:
        admin.delete_records({TopicPartition(stage.topics.alerts, 0): 30})
    with stage.classifier():
        return _outcome(stage, first=10)


@contextmanager
def _admin(stage: Stage) -> Iterator[KafkaAdminClient]:
    admin = KafkaAdminClient(bootstrap_servers=stage.bootstrap)
    try:
        yield admin
    finally:
        admin.close()


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 64 MiB of its own."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a full disk needs a small file system, and mounting one is refused: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def _staged(bootstrap: str, folder: Path) -> Iterator[Stage]:
    folder.mkdir(exist_ok=True)
    stage = Stage(bootstrap, folder)
    stage.announce(stage.publish("v1"))
    try:
        yield stage
    finally:
        stage.close()


def _on_shared_broker(scene: Callable[[Stage], Outcome], kafka: EmbeddedKafka, folder: Path) -> Outcome:
    with _staged(kafka.bootstrap, folder) as stage:
        return scene(stage)


def _with_slow_broker(_: EmbeddedKafka, folder: Path) -> Outcome:
    with EmbeddedKafka(data_dir=folder / "kafka") as broker, _staged(broker.bootstrap, folder / "stage") as stage:
        return slow_broker(stage, broker)


def _with_full_disk(_: EmbeddedKafka, folder: Path) -> Outcome:
    with (
        _small_disk(folder / "disk") as disk,
        EmbeddedKafka(data_dir=disk) as broker,
        _staged(broker.bootstrap, folder / "stage") as stage,
    ):
        return full_disk(stage, broker, disk)


SCENES: Mapping[str, Callable[[EmbeddedKafka, Path], Outcome]] = {
    "full_disk": _with_full_disk,
    "slow_broker": _with_slow_broker,
    "frozen_member": lambda kafka, folder: _on_shared_broker(frozen_member, kafka, folder),
    "lost_offsets": lambda kafka, folder: _on_shared_broker(lost_offsets, kafka, folder),
    "deleted_alerts": lambda kafka, folder: _on_shared_broker(deleted_alerts, kafka, folder),
}
Outcomes = Mapping[str, "Future[Outcome]"]


@pytest.fixture(scope="module")
def outcomes(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    """What comes of each trouble."""
    root = tmp_path_factory.mktemp("troubles")
    with ThreadPoolExecutor(len(SCENES)) as pool:
        yield {name: pool.submit(_in_folder, scene, kafka, root / name) for name, scene in SCENES.items()}


def _in_folder(scene: Callable[[EmbeddedKafka, Path], Outcome], kafka: EmbeddedKafka, folder: Path) -> Outcome:
    folder.mkdir()
    return scene(kafka, folder)


@pytest.mark.parametrize("name", SCENES)
def test_no_alert_is_lost(outcomes: Outcomes, name: str) -> None:
    """Every alert that the topic holds has a score, and a repeat has the key of its first."""
    outcome = outcomes[name].result()
    assert outcome.happened
    assert outcome.lost == 0
    assert outcome.same_key


@pytest.mark.parametrize("name", ["full_disk", "slow_broker", "frozen_member"])
def test_nobody_has_to_be_started_again(outcomes: Outcomes, name: str) -> None:
    """Classifiers go on by themselves once the trouble is over."""
    assert outcomes[name].result().alive


def test_lost_offsets_repeat_what_was_answered(outcomes: Outcomes) -> None:
    """All of it, for nobody knows which it was; and no more."""
    assert outcomes["lost_offsets"].result().repeated == 40


def test_deleted_alerts_repeat_nothing(outcomes: Outcomes) -> None:
    """What was answered before is behind, and what is gone cannot come."""
    assert outcomes["deleted_alerts"].result().repeated == 0
