"""What a run's process is told."""

import pytest

from services.runtime.settings import LogSettings
from services.trainer import child
from services.trainer.settings import TrainingSettings
from tests.learning import plan_of


@pytest.mark.parametrize(("cores", "asked", "threads"), [(1, 0, 1), (2, 0, 1), (8, 0, 7), (8, 8, 8), (8, 2, 2)])
def test_a_core_stays_free_unless_threads_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, cores: int, asked: int, threads: int
) -> None:
    """Whoever scores beside a run needs one; torch's threads would all wait for the one that has to share it."""
    monkeypatch.setattr(child, "usable_cores", lambda: cores)
    plan = plan_of(TrainingSettings(threads=asked))
    assert child.environment_of(plan, LogSettings())["OMP_NUM_THREADS"] == str(threads)
