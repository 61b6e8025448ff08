"""The trainer on real Kafka and a real buffer, through its own processes, and killed at its worst moments."""

import json
import signal
import socket
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from schemas import ModelEvent
from services.core.bundle import MANIFEST, read_manifest, verify_files
from services.runtime.model_events import latest
from services.runtime.store import read_from
from services.sandbox.broker import EmbeddedKafka
from services.trainer.graphs import OnnxModel
from services.trainer.plan import RESULT, SNAPSHOT
from tests.integration.trainer_stage import PATIENCE, TrainerStage, judged_examples, stage_for


@pytest.fixture
def stage(kafka: EmbeddedKafka, topic_name: Callable[..., str], tmp_path: Path) -> TrainerStage:
    """A buffer with six hundred judged alerts, and no models topic yet."""
    stage = stage_for(kafka.bootstrap, folder=tmp_path, topic=topic_name("models"))
    stage.judge(judged_examples())
    return stage


def test_one_run_ends_as_a_bundle_that_was_announced_and_the_next_has_it_as_its_champion(stage: TrainerStage) -> None:
    """From rows in the buffer to an event that tells a fresh classifier what to serve."""
    stage.make_topic()
    with stage.process("--once") as trainer:
        assert trainer.wait(PATIENCE) == 0, stage.log.read_text()[-2000:]
    event = latest(stage.settings)
    assert event is not None
    assert event.event is ModelEvent.PROMOTED
    assert event.serving is not None
    serving = event.serving
    manifest = read_manifest(read_from(serving.uri, MANIFEST), expected_sha256=serving.manifest_sha256)
    verify_files(manifest, lambda name: read_from(serving.uri, name))
    model = OnnxModel.load(lambda name: read_from(serving.uri, name), expected_sha256=serving.manifest_sha256)
    said = model.probabilities(judged_examples(20))
    assert all(abs(sum(row) - 1.0) < 1e-6 for row in said)
    assert event.candidate.metrics["f1"] == manifest.metrics["f1"].value
    assert event.candidate.metrics["examples_per_second"] > 0

    with stage.process("--once") as trainer:
        assert trainer.wait(PATIENCE) == 0, stage.log.read_text()[-2000:]
    second = latest(stage.settings)
    assert second is not None
    assert second.candidate.version != serving.version
    assert "champion.f1" in second.candidate.metrics
    assert stage.store.manifest(second.candidate.version).parent == serving.version


def test_a_killed_run_is_counted_and_done_again_by_a_service_that_lives_on(stage: TrainerStage) -> None:
    """As when memory runs out: SIGKILL in the middle, twice."""
    stage.make_topic()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with stage.process(WINNOW_HTTP__PORT=port) as trainer:
        for _ in range(2):
            run = stage.run_of(trainer)
            run.send_signal(signal.SIGKILL)
            stage.until(lambda run=run: not run.is_running(), what="the run's end")  # type: ignore[misc]
        stage.until(lambda: latest(stage.settings) is not None, what="an announcement")
        assert trainer.poll() is None
        metrics = _get(port, "metrics")
        assert 'winnow_training_runs_total{outcome="failed"} 2.0' in metrics
        stage.until(lambda: 'outcome="promoted"} 1.0' in _get(port, "metrics"), what="the count")
        assert json.loads(_get(port, "healthz"))["ok"]
    assert len(stage.store.versions()) == 1


def _get(port: str, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
        return str(answer.read().decode())


def test_a_service_killed_between_publishing_and_announcing_announces_at_its_next_start(stage: TrainerStage) -> None:
    """Without the topic the announcement waits, so the kill falls just there. Nothing is trained again."""
    with stage.process() as trainer:
        stage.until(stage.store.versions, what="a published bundle")
        trainer.kill()
        trainer.wait(PATIENCE)
    (version,) = stage.store.versions()
    stage.make_topic()
    assert latest(stage.settings) is None
    with stage.process():
        stage.until(lambda: latest(stage.settings) is not None, what="the late announcement")
    event = latest(stage.settings)
    assert event is not None
    assert event.candidate.version == version
    assert stage.store.versions() == [version]


def test_a_run_does_not_outlive_the_service_that_started_it(stage: TrainerStage) -> None:
    """Killed with SIGKILL the service can tell nobody; the run notices, and the next start begins anew."""
    stage.make_topic()
    with stage.process() as trainer:
        run = stage.run_of(trainer)
        trainer.kill()
        trainer.wait(PATIENCE)
    stage.until(lambda: not run.is_running() or run.status() == psutil.STATUS_ZOMBIE, what="the run's end")
    assert stage.store.versions() == []
    with stage.process("--once") as trainer:
        assert trainer.wait(PATIENCE) == 0, stage.log.read_text()[-2000:]
    assert len(stage.store.versions()) == 1


def test_a_service_told_to_stop_ends_its_run_too(stage: TrainerStage) -> None:
    """SIGTERM, as every orchestrator sends it."""
    stage.make_topic()
    with stage.process() as trainer:
        run = stage.run_of(trainer)
        trainer.terminate()
        assert trainer.wait(60) == 0
        assert not run.is_running()
    assert latest(stage.settings) is None
    (folder,) = stage.runs.iterdir()
    assert (folder / SNAPSHOT).is_file()
    assert not (folder / RESULT).exists()
