"""The search for hyper-parameters: what it tries, when it stops, and what it leaves behind."""

from collections.abc import Callable
from math import log10, nan
from pathlib import Path

import optuna
import pytest

from services.trainer.progress import Progress, Report
from services.trainer.search import BATCHES, EPOCHS, RANKS, RATES, search
from services.trainer.settings import TrainingSettings
from services.trainer.trials import Searched

BEST_RATE = 1e-3


class Trainings:
    """Trains nothing: the further the learning rate lies from the best, the higher the loss. Each takes ten seconds."""

    def __init__(self, *, passes: int = 1) -> None:
        self.passes = passes
        self.now = 0.0
        self.tried: list[TrainingSettings] = []

    def clock(self) -> float:
        """Seconds."""
        return self.now

    def __call__(self, settings: TrainingSettings, report: Report) -> float:
        """One training."""
        self.tried.append(settings)
        loss = abs(log10(settings.learning_rate / BEST_RATE))
        for done in range(1, self.passes + 1):
            self.now += 10 / self.passes
            report(Progress(stage="together", done=done / self.passes, validation_loss=loss))
        return loss


def _settings(**values: object) -> TrainingSettings:
    return TrainingSettings.model_validate({"search_seconds": 300, "learning_rate": 1e-4} | values)


def _searched(train: Trainings, folder: Path, **values: object) -> Searched:
    return search(train, _settings(**values), journal=folder / "trials.log", clock=train.clock, report=lambda _: None)


def test_it_finds_better_settings_than_those_it_was_given(tmp_path: Path) -> None:
    """It tries those first, and takes what had the lowest held-out loss."""
    train = Trainings()
    found = _searched(train, tmp_path)
    assert train.tried[0] == _settings()
    assert found.trials[0].values == {}
    losses = [trial.loss for trial in found.trials if trial.loss is not None]
    assert min(losses) < losses[0] / 2
    assert abs(log10(found.settings.learning_rate / BEST_RATE)) == pytest.approx(min(losses))


def test_it_tries_what_the_field_does(tmp_path: Path) -> None:
    """Within the ranges, and with a scale of the adapters that goes with their rank."""
    train = Trainings()
    _searched(train, tmp_path)
    for tried in train.tried[1:]:
        assert RATES["lora"][0] <= tried.learning_rate <= RATES["lora"][1]
        assert tried.batch in BATCHES
        assert EPOCHS[0] <= tried.epochs <= EPOCHS[1]
        assert tried.lora_rank in RANKS
        assert tried.lora_alpha == 2 * tried.lora_rank
    assert len({tried.learning_rate for tried in train.tried}) == len(train.tried)


def test_all_weights_learn_at_the_rates_for_that_and_have_no_rank(tmp_path: Path) -> None:
    """What the adapters' settings say does not matter then."""
    train = Trainings()
    found = _searched(train, tmp_path, method="full")
    assert all(RATES["full"][0] <= tried.learning_rate <= RATES["full"][1] for tried in train.tried[1:])
    assert not any("lora_rank" in trial.values for trial in found.trials)


def test_it_stops_when_its_time_is_over(tmp_path: Path) -> None:
    """In the middle of a trial too, which then has no loss."""
    train = Trainings(passes=2)
    found = _searched(train, tmp_path, search_seconds=34)
    assert train.now == 35
    assert [trial.seconds for trial in found.trials] == [10, 10, 10, 5]
    assert found.trials[-1].loss is None


def test_without_a_finished_trial_the_settings_stay_as_they_are(tmp_path: Path) -> None:
    """There was no time for one."""
    found = _searched(Trainings(passes=10), tmp_path, search_seconds=2)
    assert found.settings == _settings(search_seconds=2)
    assert [trial.loss for trial in found.trials] == [None]


def test_a_trial_that_diverges_is_given_up(tmp_path: Path) -> None:
    """Its loss is no number, and no reason to end the run."""
    train = Trainings()

    def trained(settings: TrainingSettings, report: Report) -> float:
        loss = train(settings, report)
        return nan if len(train.tried) == 2 else loss

    found = search(
        trained, _settings(search_seconds=50), journal=tmp_path / "trials.log", clock=train.clock, report=lambda _: None
    )
    assert found.trials[1].loss is None
    assert len(found.trials) > 2


def test_what_falls_behind_is_given_up(tmp_path: Path) -> None:
    """Once a few were carried through; that is what gives the others their time."""
    train = Trainings(passes=5)
    found = _searched(train, tmp_path)
    given_up = [trial for trial in found.trials[:-1] if trial.loss is None]
    assert given_up
    assert all(trial.seconds < 10 for trial in given_up)
    assert len(found.trials) > 30


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    """What was tried counts, with the time it took; the trial that was underway is not the best, whatever it was."""
    first, second = Trainings(), Trainings()

    def killed(settings: TrainingSettings, report: Report) -> float:
        if len(first.tried) == 5:
            raise KeyboardInterrupt
        return first(settings, report)

    with pytest.raises(KeyboardInterrupt):
        _run(killed, first, tmp_path)
    found = _run(second, second, tmp_path)
    assert len(first.tried) == 5
    assert len(second.tried) == 5
    assert [trial.number for trial in found.trials] == list(range(11))
    assert found.trials[5].loss is None
    assert not {tried.learning_rate for tried in first.tried} & {tried.learning_rate for tried in second.tried}
    study = optuna.load_study(
        study_name="run",
        storage=optuna.storages.JournalStorage(
            optuna.storages.journal.JournalFileBackend(str(tmp_path / "trials.log"))
        ),
    )
    assert not study.get_trials(states=(optuna.trial.TrialState.RUNNING,))


def _run(train: Callable[[TrainingSettings, Report], float], clock: Trainings, folder: Path) -> Searched:
    return search(
        train,
        _settings(search_seconds=100),
        journal=folder / "trials.log",
        clock=clock.clock,
        report=lambda _: None,
    )


def test_it_tells_how_far_it_is(tmp_path: Path) -> None:
    """By its time, with the lowest loss so far."""
    train, told = Trainings(), list[Progress]()
    search(train, _settings(search_seconds=40), journal=tmp_path / "log", clock=train.clock, report=told.append)
    assert [progress.done for progress in told] == [0, 0.25, 0.5, 0.75]
    assert told[0].validation_loss is None
    assert told[1].validation_loss == pytest.approx(1)
