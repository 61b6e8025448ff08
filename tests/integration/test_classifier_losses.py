"""No alert is ever lost: kill -9, restarts and broker restarts under load, counted by an independent reader."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.runtime.faust_app import COMMIT_SECONDS
from services.sandbox.broker import EmbeddedKafka
from tests.classifiers import RATE, Load, Running, Stage, eventually, lost_and_repeated, same_key, scored_at_least
from tests.messages import alert


@pytest.fixture
def stage(kafka: EmbeddedKafka, tmp_path: Path) -> Iterator[Stage]:
    """Topics, group and store of this test's own, with a model."""
    made = Stage(kafka.bootstrap, tmp_path)
    made.announce(made.publish("v1"))
    yield made
    made.close()


REBALANCES = 2
"""Where a second classifier joins and leaves."""


def test_killed_under_load_it_loses_nothing(stage: Stage) -> None:
    """SIGKILL, twice, the first time before any offset was committed: a repeat has the coordinates of its first."""
    load = Load(stage)
    with load.running():
        for round_ in range(2):
            with stage.classifier() as classifier:
                scored_at_least(stage, stage.ends(stage.topics.scores) + 50 + 100 * round_)
                classifier.kill()
        with stage.classifier():
            scored_at_least(stage, load.sent)
    with stage.classifier():
        lost, repeated = lost_and_repeated(stage, load.sent)
    assert lost == 0
    assert repeated < load.sent
    assert same_key(stage.scores())


def test_stopped_under_load_it_loses_and_repeats_nothing(stage: Stage) -> None:
    """SIGTERM, three times: what is in flight is finished and committed first."""
    load = Load(stage)
    with load.running():
        for _ in range(3):
            with stage.classifier() as classifier:
                scored_at_least(stage, stage.ends(stage.topics.scores) + 100)
                assert classifier.terminate() == 0, classifier.log[-2000:]
    with stage.classifier():
        assert lost_and_repeated(stage, load.sent) == (0, 0)


def test_a_second_classifier_takes_a_share_and_gives_it_back(stage: Stage) -> None:
    """Joining and leaving under load moves partitions without losing an alert.

    Faust commits nothing of a partition that is taken away, so each rebalance repeats what came since the last commit.
    """
    load = Load(stage)
    with load.running(), stage.classifier() as first:
        scored_at_least(stage, 50)
        with stage.classifier() as second:
            eventually(lambda: second.metric("winnow_alerts_total") > 50)
            assert second.terminate() == 0
        before = first.metric("winnow_alerts_total")
        eventually(lambda: first.metric("winnow_alerts_total") > before + 50)
    with stage.classifier():
        lost, repeated = lost_and_repeated(stage, load.sent)
    assert lost == 0
    assert repeated <= REBALANCES * 2 * COMMIT_SECONDS * RATE


IMPATIENT = """
import runpy
from faust.types.settings import Settings
Settings.SETTINGS["broker_max_poll_interval"].default = 2.0
runpy.run_module("services.classifier", run_name="__main__")
"""
"""A classifier in a world where Faust by itself lets a member idle for two seconds, not for a quarter of an hour."""


def test_one_without_partitions_takes_over_however_long_it_waited(kafka: EmbeddedKafka, tmp_path: Path) -> None:
    """Two classifiers, one partition, which one of them has to wait for."""
    stage = Stage(kafka.bootstrap, tmp_path, partitions={"alerts": 1})
    command = (sys.executable, "-c", IMPATIENT)
    with stage.classifier(command=command) as one, stage.classifier(command=command) as other:
        idle = eventually(lambda: [each for each in (one, other) if _has_none(each)])[0]
        time.sleep(8)
        (other if idle is one else one).kill()
        stage.send([alert().to_bytes()], format_name="winnow")
        stage.wait_for_scores(1)
    stage.close()


def _has_none(classifier: Running) -> bool:
    """Whether it joined its group and was given no partition."""
    given = classifier.logged("partitions assigned")
    return bool(given) and given[-1]["partitions"] == 0


def test_a_broker_restart_loses_nothing(tmp_path: Path) -> None:
    """The broker goes away under load, longer than a request takes, and comes back at its address."""
    with EmbeddedKafka(data_dir=tmp_path / "kafka") as broker:
        stage = Stage(broker.bootstrap, tmp_path)
        stage.announce(stage.publish("v1"))
        with stage.classifier() as classifier:
            load = Load(stage)
            with load.running():
                scored_at_least(stage, 50)
            broker.kill()
            broker.start()
            after = Load(stage)
            with after.running():
                scored_at_least(stage, load.sent + 50)
            sent = load.sent + after.sent
            scored_at_least(stage, sent)
            lost, repeated = lost_and_repeated(stage, sent)
            assert classifier.process.poll() is None
        stage.close()
    assert lost == 0
    assert repeated < 0.05 * sent


def test_a_score_that_its_topic_does_not_take_becomes_a_dead_letter(kafka: EmbeddedKafka, tmp_path: Path) -> None:
    """One topic bounded too tightly must not hold up the stream."""
    stage = Stage(kafka.bootstrap, tmp_path, topic_config={"scores": {"max.message.bytes": "300"}})
    with stage.classifier():
        stage.send([alert("winnow:t:1").to_bytes()], format_name="winnow")
        (letter,) = stage.wait_for_dead_letters(1)
        eventually(lambda: stage.committed() == 1)
    stage.close()
    assert letter.value["reason"] == "too_large"


def test_the_watchdog_turns_red_while_alerts_wait_and_nothing_moves(kafka: EmbeddedKafka, tmp_path: Path) -> None:
    """Here because neither score nor dead letter can be published; the offset then stays where it is."""
    tight = {"max.message.bytes": "100"}
    stage = Stage(kafka.bootstrap, tmp_path, topic_config={"scores": tight, "dead_letters": tight})
    settings = {"WINNOW_CLASSIFIER__WATCHDOG_SECONDS": "1", "WINNOW_CLASSIFIER__STOP_TIMEOUT_SECONDS": "1"}
    with stage.classifier(settings=settings) as classifier:
        assert classifier.get("healthz")[0] == 200
        stage.send([alert("winnow:t:1").to_bytes()], format_name="winnow")
        eventually(lambda: classifier.get("healthz")[0] == 503)
        assert classifier.metric("winnow_consumer_lag_messages") == 1
        assert classifier.metric("winnow_seconds_since_progress") > 1
        assert classifier.terminate() == 1
    assert stage.committed() == 0
    stage.close()
