"""When a run is due, and what is said of it."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas import Candidate, ModelEvent, ModelEventV1, Serving
from services.core.bundle import Estimate, GateReason, Manifest
from services.trainer.handler import LastRun, backoff, due, event_for, last_run, unannounced
from services.trainer.settings import ScheduleSettings
from tests.runs import manifest

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SCHEDULE = ScheduleSettings(minimum_verdicts=100, new_verdicts=50, seconds=3600)


def _serving(version: str) -> Serving:
    return Serving(version=version, uri=f"models/alerts/{version}", manifest_sha256="0" * 64)


def _event(serving: str | None, *, at: datetime = NOW) -> ModelEventV1:
    return ModelEventV1(
        model_name="alerts",
        event=ModelEvent.PROMOTED,
        candidate=Candidate(version=serving or "x"),
        serving=_serving(serving) if serving else None,
        occurred_at=at,
    )


@pytest.mark.parametrize(
    ("verdicts", "last", "starts"),
    [
        (99, None, False),
        (100, None, True),
        (249, LastRun(verdicts=200, at=NOW), False),
        (250, LastRun(verdicts=200, at=NOW), True),
        (201, LastRun(verdicts=200, at=NOW - timedelta(hours=1)), True),
        (200, LastRun(verdicts=200, at=NOW - timedelta(days=9)), False),
        (120, LastRun(verdicts=5000, at=NOW), True),
    ],
)
def test_a_run_is_due_by_number_or_by_time_and_never_without_new_verdicts(
    verdicts: int, last: LastRun | None, starts: bool
) -> None:
    """The first one at a minimum."""
    assert bool(due(verdicts, last=last, now=NOW, settings=SCHEDULE)) is starts


def test_the_store_remembers_the_last_run() -> None:
    """A restarted service does not train again on what the newest bundle has seen, promoted or not."""
    assert last_run(None) is None
    made = manifest(settings={"run.verdicts": 321}, created_at=NOW)
    assert last_run(made) == LastRun(verdicts=321, at=NOW)


def test_failures_are_waited_out_longer_and_longer() -> None:
    """Doubling, and an hour at most."""
    settings = ScheduleSettings(backoff_seconds=60)
    assert [backoff(failures, settings=settings) for failures in (0, 1, 2, 3, 30)] == [0, 60, 120, 240, 3600]


def _judged(*, promoted: bool) -> Manifest:
    reasons = (
        GateReason(rule="support", passed=True, text="enough"),
        GateReason(rule="recall", passed=promoted, text="recall"),
    )
    metrics = {"f1": Estimate(value=0.9, low=0.8, high=0.95)}
    return manifest(promoted=promoted, gate=reasons, metrics=metrics, settings={"run.train_seconds": 12.5})


def test_a_promoted_model_serves_and_a_rejected_one_leaves_the_champion() -> None:
    """The newest event alone tells what serves, and what failed comes first among its reasons."""
    own, champion = _serving("new"), _serving("old")
    promoted = event_for(_judged(promoted=True), own=own, champion=champion, now=NOW)
    rejected = event_for(_judged(promoted=False), own=own, champion=champion, now=NOW)
    assert (promoted.event, promoted.serving) == (ModelEvent.PROMOTED, own)
    assert (rejected.event, rejected.serving) == (ModelEvent.REJECTED, champion)
    assert rejected.candidate.reasons == ("recall", "enough")
    assert rejected.candidate.metrics == {"f1": 0.9, "train_seconds": 12.5}
    first = event_for(_judged(promoted=False), own=own, champion=None, now=NOW)
    assert first.serving is None


def test_of_too_many_figures_the_candidate_s_own_and_the_run_s_are_told() -> None:
    """Comparisons give way."""
    compared = {f"vs.tfidf.{place}": Estimate(value=0.1, low=0.0, high=0.2) for place in range(200)}
    judged = _judged(promoted=True)
    judged = judged.model_copy(update={"metrics": compared | judged.metrics})
    told = event_for(judged, own=_serving("new"), champion=None, now=NOW).candidate.metrics
    assert list(told)[:2] == ["f1", "train_seconds"]
    assert len(told) == 128


LATER = NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("newest", "latest", "owed"),
    [
        (None, None, False),
        (manifest(parent=None, created_at=NOW), None, True),
        (manifest(parent="gone", created_at=NOW), None, False),
        (manifest(parent="old", created_at=LATER), _event("old"), True),
        (manifest(parent="old", created_at=NOW), _event("old", at=LATER), False),
        (manifest(parent="old", created_at=LATER), _event("other"), False),
        (manifest(parent=None, created_at=LATER), _event(None), True),
    ],
)
def test_only_a_judgement_that_still_holds_is_announced_late(
    newest: Manifest | None, latest: ModelEventV1 | None, owed: bool
) -> None:
    """Nothing was announced since, and what it was judged against still serves: a roll-back is not undone."""
    assert unannounced(newest, latest) is owed
