"""The service around a run: what is published and announced, in which order, and what failures do."""

import shutil
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from schemas import ModelEvent, ModelEventV1, Serving
from services.core.bundle import MANIFEST, GateReason, read_manifest
from services.core.errors import BundleError
from services.core.example import Example
from services.core.gate import GateOutcome
from services.core.surges import Sighting
from services.runtime.errors import StoreError, Unavailable
from services.runtime.metrics import TrainerMetrics
from services.runtime.settings import StoreSettings
from services.runtime.store import ModelStore
from services.trainer.cycle import Cycle
from services.trainer.errors import RunFailed
from services.trainer.plan import BUNDLE, CHAMPION, RECENT, RunPlan, RunResult, read_recent
from services.trainer.ports import Parts
from services.trainer.progress import Progress
from services.trainer.service import Trainer, follow
from services.trainer.settings import ScheduleSettings, TrainerSettings, TrainingSettings
from services.trainer.workspace import Workspace
from tests.bundles import write_bundle
from tests.learning import learnable

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Surroundings:
    """A buffer, a topic, a clock and a run that are as the test says; the store is a real one in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.verdicts = 300
        self.told: list[ModelEventV1] = []
        self.plans: list[RunPlan] = []
        self.promoted = True
        self.failing: Exception | None = None
        self.during: Callable[[], object] = lambda: None
        self.registry = CollectorRegistry()
        self.store = ModelStore(StoreSettings(url=str(folder / "models")))
        self.announcing: Exception | None = None
        self.outcome = GateOutcome(reasons=(GateReason(rule="recall", passed=True, text="held"),))
        self.judged: list[tuple[str, str | None, int]] = []
        self.later = timedelta()
        self.sightings = [Sighting("rule", 1.5)]

    def examples(self) -> list[Example]:
        return learnable(5)

    def recent(self) -> list[Sighting]:
        return self.sightings

    def judge_in_shadow(self, own: Serving, champion: Serving | None, examples: Sequence[Example]) -> GateOutcome:
        self.judged.append((own.version, champion.version if champion else None, len(examples)))
        return self.outcome

    def human_verdicts(self) -> int:
        return self.verdicts

    def latest(self) -> ModelEventV1 | None:
        return self.told[-1] if self.told else None

    def announce(self, event: ModelEventV1) -> None:
        if self.announcing is not None:
            raise self.announcing
        if event.serving is not None:
            assert self.store.manifest(event.serving.version), "announced before it was published"
        self.told.append(event)

    def now(self) -> datetime:
        return NOON + timedelta(minutes=len(self.plans)) + self.later

    def launch(self, folder: Path, plan: RunPlan) -> RunResult:
        self.plans.append(plan)
        self.during()
        if self.failing is not None:
            raise self.failing
        (folder / BUNDLE).mkdir()
        write_bundle(
            folder / BUNDLE,
            version=plan.version,
            created_at=plan.created_at,
            promoted=self.promoted,
            parent=plan.champion.version if plan.champion else None,
            settings={"run.verdicts": plan.verdicts},
        )
        return RunResult(version=plan.version, promoted=self.promoted, metrics={"f1": 0.9}, seconds=3.0)

    def trainer(self, **schedule: float) -> Trainer:
        """A service on these surroundings, as after a start: its metrics begin anew."""
        values = {"minimum_verdicts": 100, "new_verdicts": 50, "poll_seconds": 0.001, "backoff_seconds": 0.001}
        schedule_ = ScheduleSettings.model_validate(values | schedule)
        return Trainer(self.parts(), TrainerSettings(trainer=schedule_))

    def cycle(self, *, shadow_seconds: float = 0.0) -> Cycle:
        """What the service turns, without its loop."""
        return Cycle(self.parts(), TrainingSettings(), shadow_seconds=shadow_seconds)

    def parts(self) -> Parts:
        """All that a trainer works with."""
        self.registry = CollectorRegistry()
        return Parts(
            buffer=self,
            store=self.store,
            events=self,
            workspace=Workspace(self.folder / "runs", keep=2),
            launch=self.launch,
            judge_in_shadow=self.judge_in_shadow,
            metrics=TrainerMetrics(self.registry),
            clock=self.now,
        )

    def runs(self, outcome: str) -> float:
        """How many runs came to that."""
        return self.registry.get_sample_value("winnow_training_runs_total", {"outcome": outcome}) or 0.0


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    """Surroundings in which all goes well."""
    return Surroundings(tmp_path)


def test_a_run_is_published_and_then_announced(around: Surroundings) -> None:
    """The event names the bundle, where it lies and what its manifest hashes to."""
    assert around.trainer().once()
    (event,) = around.told
    assert event.event is ModelEvent.PROMOTED
    assert event.serving is not None
    data = around.store.read(event.serving.version, MANIFEST)
    assert read_manifest(data, expected_sha256=event.serving.manifest_sha256).version == around.plans[0].version
    assert event.serving.uri == around.store.uri(event.serving.version)
    assert around.runs("promoted") == 1
    assert around.registry.get_sample_value(
        "winnow_model_holdout", {"model_version": event.serving.version, "metric": "f1"}
    ) == pytest.approx(0.9)


def test_the_next_run_is_given_the_champion_and_a_refused_candidate_leaves_it_in_service(around: Surroundings) -> None:
    """The rejected bundle is kept for inspection and serves nobody."""
    trainer = around.trainer()
    trainer.once()
    around.promoted = False
    trainer.once()
    first, second = around.plans
    assert second.champion == around.told[0].serving
    assert (around.folder / "runs" / second.version / CHAMPION / MANIFEST).is_file()
    expected = around.plans[-1].recent_sha256
    assert expected is not None
    recent = around.folder / "runs" / second.version / RECENT
    assert read_recent(recent, expected_sha256=expected) == around.sightings
    assert around.told[1].event is ModelEvent.REJECTED
    assert around.told[1].serving == around.told[0].serving
    assert around.store.versions() == [first.version, second.version]
    assert around.runs("rejected") == 1


def test_no_run_is_judged_without_the_champion_while_the_store_does_not_answer(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A candidate must not pass as a first model because a read failed once; what is truly gone is another matter."""
    trainer = around.trainer()
    trainer.once()

    def failing(uri: str, name: str) -> bytes:
        raise StoreError(f"{uri}/{name} timed out") from TimeoutError()

    monkeypatch.setattr("services.trainer.workspace.read_from", failing)
    assert not trainer.once()
    assert len(around.plans) == 1
    assert around.runs("failed") == 1


@pytest.mark.parametrize("error", [RunFailed("killed"), Unavailable("no broker"), ValueError("a bug")])
def test_whatever_happens_to_a_run_the_service_goes_on_and_counts_it(around: Surroundings, error: Exception) -> None:
    """And nothing is published or announced."""
    around.failing = error
    trainer = around.trainer()
    assert not trainer.once()
    assert not trainer.once()
    assert trainer.failures == 2
    assert around.runs("failed") == 2
    assert around.told == []
    assert around.store.versions() == []
    around.failing = None
    assert around.registry.get_sample_value("winnow_training_failures_in_a_row") == trainer.failures == 2
    assert trainer.once()
    assert around.registry.get_sample_value("winnow_training_failures_in_a_row") == trainer.failures == 0


def test_a_run_that_found_no_model_says_why_and_counts_as_failed(around: Surroundings) -> None:
    """Too little data is no crash, and no bundle either."""
    around.launch = lambda _, plan: RunResult(version=plan.version, failure="DataError: 3 labelled alerts")  # type: ignore[method-assign, assignment]
    trainer = around.trainer()
    assert not trainer.once()
    assert around.runs("failed") == 1


def test_a_model_promoted_by_hand_during_the_run_is_not_overruled(around: Surroundings) -> None:
    """The candidate was judged against what serves no longer: it is neither published nor announced."""
    trainer = around.trainer()
    trainer.once()
    other = around.told[0].model_copy(update={"serving": None})
    around.during = lambda: around.told.append(other)
    assert not trainer.once()
    assert around.told[-1] is other
    assert around.runs("superseded") == 1
    assert len(around.store.versions()) == 1


def _serve(around: Surroundings, until: Callable[[], bool], **schedule: float) -> None:
    """Let the service loop until something holds."""
    stop = threading.Event()
    announce = around.announce

    def watched(event: ModelEventV1) -> None:
        announce(event)
        if until():
            stop.set()

    around.announce = watched  # type: ignore[method-assign]
    worker = threading.Thread(target=around.trainer(**schedule).serve, args=(stop,), daemon=True)
    worker.start()
    worker.join(30)
    stop.set()
    assert not worker.is_alive()
    worker.join()


def test_what_was_published_and_not_announced_is_announced_by_the_next_start(around: Surroundings) -> None:
    """Killed between the two; the new service owes only the event, and does not train again."""
    around.announcing = Unavailable("killed here")
    around.trainer().once()
    assert around.told == []
    assert len(around.store.versions()) == 1
    around.announcing = None
    _serve(around, lambda: len(around.told) == 1)
    assert around.told[0].candidate.version == around.store.versions()[0]
    assert len(around.plans) == 1


def test_what_could_not_be_announced_is_announced_when_the_broker_answers_again(around: Surroundings) -> None:
    """By the same service, and no second run is begun for it: the first one's verdict holds."""
    announce, around.announcing = around.announce, Unavailable("too few replicas")
    attempts = 0

    def recovering(event: ModelEventV1) -> None:
        nonlocal attempts
        attempts += 1
        around.announcing = around.announcing if attempts < 3 else None
        announce(event)

    around.announce = recovering  # type: ignore[method-assign]
    _serve(around, lambda: len(around.told) == 1)
    assert [event.candidate.version for event in around.told] == around.store.versions()
    assert len(around.plans) == 1


def test_one_run_by_command_looks_after_a_shadow_and_begins_none_beside_it(around: Surroundings) -> None:
    """As from a timetable: the first begins it, one before its time is over leaves it, a later one ends it."""
    for seconds, told in ((0, 1), (500, 1), (700, 2)):
        around.later = timedelta(seconds=seconds)
        assert around.trainer(shadow_seconds=600).once()
        assert len(around.told) == told
    assert around.told[-1].event is ModelEvent.PROMOTED
    assert len(around.plans) == 1


def test_a_bundle_of_a_clock_that_was_ahead_does_not_make_it_train_without_end(around: Surroundings) -> None:
    """It is passed over, and the next run after it is the latest."""
    write_bundle(around.folder / "models" / "alerts" / "20990101-000000-00000000", created_at=NOON.replace(year=2099))
    trainer = around.trainer()
    assert trainer.once()
    newest = around.cycle().newest()
    assert newest is not None
    assert newest.version == around.plans[-1].version


def test_the_loop_trains_when_enough_new_verdicts_have_come(around: Surroundings) -> None:
    """At the minimum first, then at each lot of new ones."""

    def more() -> bool:
        around.verdicts += 50
        return len(around.told) == 3

    _serve(around, more)
    assert [plan.verdicts for plan in around.plans] == [300, 350, 400]


def test_only_the_latest_runs_are_kept_and_what_a_killed_one_left_is_thrown_away(around: Surroundings) -> None:
    """Snapshots hold alerts: they do not pile up, and only their owner reads them."""
    (around.folder / "runs" / "next").mkdir(parents=True)
    (around.folder / "runs" / "next" / "half").write_text("written")
    trainer = around.trainer()
    for _ in range(3):
        trainer.once()
    kept = sorted(path.name for path in (around.folder / "runs").iterdir())
    assert kept == [plan.version for plan in around.plans[1:]]
    newest = around.folder / "runs" / kept[-1]
    assert not (newest / "half").exists()
    assert newest.stat().st_mode & 0o077 == 0


def _refused() -> GateOutcome:
    return GateOutcome(
        reasons=(
            GateReason(rule="f1", passed=True, text="held"),
            GateReason(rule="recall", passed=False, text="recall fell"),
        )
    )


@pytest.mark.parametrize("promoted", [True, False])
def test_a_candidate_in_shadow_serves_only_after_its_time_and_what_was_judged_meanwhile(
    around: Surroundings, *, promoted: bool
) -> None:
    """The champion goes on; when the time is over the shadow's outcome decides, and its reasons come first."""
    around.cycle().train()
    champion = around.told[-1].serving
    assert champion is not None
    cycle = around.cycle(shadow_seconds=600)
    cycle.train()
    begun = around.told[-1]
    assert (begun.event, begun.serving) == (ModelEvent.SHADOWED, champion)
    around.outcome = around.outcome if promoted else _refused()
    around.later = timedelta(seconds=599)
    assert cycle.watch()
    assert len(around.told) == 2
    around.later = timedelta(seconds=600)
    assert cycle.watch()
    ended = around.told[-1]
    assert around.judged == [(begun.candidate.version, champion.version, 3)]  # of five, those observed since
    assert ended.event is (ModelEvent.PROMOTED if promoted else ModelEvent.REJECTED)
    assert ended.candidate.reasons[0] == ("in shadow: held" if promoted else "in shadow: recall fell")
    assert ended.serving is not None
    assert ended.serving.version == (begun.candidate.version if promoted else champion.version)
    assert not cycle.watch()


def test_a_shadow_outlives_its_trainer_and_no_run_starts_beside_it(around: Surroundings) -> None:
    """Killed meanwhile: the topic knows since when, and how much was to come."""
    around.trainer(shadow_seconds=600).once()
    around.verdicts += 500
    around.later = timedelta(seconds=700)
    _serve(around, lambda: len(around.told) == 2, shadow_seconds=600)
    assert [event.event for event in around.told] == [ModelEvent.SHADOWED, ModelEvent.PROMOTED]
    assert len(around.plans) == 1


@pytest.mark.parametrize("seconds", [1, 700])
def test_what_is_decided_by_hand_ends_a_shadow_at_once(around: Surroundings, seconds: int) -> None:
    """A roll-back or a promotion is not overruled when the time is over, and nothing waits until then."""
    cycle = around.cycle(shadow_seconds=600)
    cycle.train()
    by_hand = around.told[-1].model_copy(update={"event": ModelEvent.ROLLED_BACK})
    around.told.append(by_hand)
    around.later = timedelta(seconds=seconds)
    assert not cycle.watch()
    assert around.told[-1] is by_hand
    assert around.judged == []
    assert not cycle.watch()


def test_what_is_decided_by_hand_while_a_shadow_is_judged_is_not_overruled(around: Surroundings) -> None:
    """Judging takes its time; what it finds then is not told."""
    cycle = around.cycle(shadow_seconds=600)
    cycle.train()
    by_hand = around.told[-1].model_copy(update={"event": ModelEvent.ROLLED_BACK})
    judged, around.later = around.judge_in_shadow, timedelta(seconds=700)

    def judge(own: Serving, champion: Serving | None, examples: Sequence[Example]) -> GateOutcome:
        around.told.append(by_hand)
        return judged(own, champion, examples)

    around.judge_in_shadow = judge  # type: ignore[method-assign]
    again = around.cycle(shadow_seconds=600)
    again.finish()
    again.watch()
    assert len(around.judged) == 1
    assert around.told[-1] is by_hand
    assert not again.watch()


def test_a_candidate_that_is_gone_from_the_store_ends_a_shadow(around: Surroundings) -> None:
    """Somebody deleted it; nothing waits for it for ever."""
    cycle = around.cycle(shadow_seconds=600)
    cycle.train()
    shutil.rmtree(around.folder / "models")
    around.later = timedelta(seconds=700)
    cycle.watch()
    assert len(around.told) == 1
    assert not cycle.watch()


def test_a_bundle_that_was_changed_in_the_store_while_in_shadow_does_not_serve(around: Surroundings) -> None:
    """It is announced as it was judged, by the hash of then: whoever loads what lies there now refuses it."""
    around.cycle(shadow_seconds=600).train()
    begun = around.told[-1].candidate
    changed = around.folder / "models" / "alerts" / begun.version
    shutil.rmtree(changed)
    write_bundle(changed, version=begun.version, lean=-20.0)
    around.later = timedelta(seconds=700)
    cycle = around.cycle(shadow_seconds=600)
    cycle.finish()
    assert cycle.watch()
    serving = around.told[-1].serving
    assert serving is not None
    assert serving.manifest_sha256 == begun.manifest_sha256
    with pytest.raises(BundleError):
        read_manifest(around.store.read(begun.version, MANIFEST), expected_sha256=serving.manifest_sha256)


def test_a_shadow_whose_end_could_not_be_told_is_judged_again(around: Surroundings) -> None:
    """The broker did not answer; nothing is forgotten."""
    cycle = around.cycle(shadow_seconds=600)
    cycle.train()
    around.later, around.announcing = timedelta(seconds=700), Unavailable("no broker")
    with pytest.raises(Unavailable):
        cycle.watch()
    around.announcing = None
    cycle.watch()
    assert around.told[-1].event is ModelEvent.PROMOTED


def test_a_rejected_candidate_is_not_put_in_shadow(around: Surroundings) -> None:
    """It does not wait for what it will not get."""
    around.promoted = False
    cycle = around.cycle(shadow_seconds=600)
    cycle.train()
    assert around.told[-1].event is ModelEvent.REJECTED
    assert not cycle.watch()


def test_progress_goes_into_the_metrics() -> None:
    """What a run says on its standard output."""
    registry = CollectorRegistry()
    report = follow(TrainerMetrics(registry))
    report(Progress(stage="together", done=0.5, loss=0.4, examples_per_second=31.0))
    report(Progress(stage="together", done=0.6, validation_loss=0.3, validation_f1=0.8))
    values = {
        "winnow_training_running": 1.0,
        "winnow_training_progress_ratio": 0.6,
        "winnow_training_loss": 0.4,
        "winnow_training_validation_loss": 0.3,
        "winnow_training_validation_f1": 0.8,
        "winnow_training_examples_per_second": 31.0,
    }
    assert {name: registry.get_sample_value(name) for name in values} == values
