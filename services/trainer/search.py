"""A search for hyper-parameters before a run trains, within a time budget; what was tried is kept, and gone on with.

Optuna (Akiba et al., "Optuna: A Next-generation Hyperparameter Optimization Framework", KDD 2019): a tree-structured
Parzen estimator proposes what to try next, and what falls behind the others' median is given up. All is judged by the
held-out loss on the validation part; the holdout has no part in it. The settings as they are come first, so that no
search makes that loss worse.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState

from services.trainer.course import Clock
from services.trainer.progress import Progress, Report
from services.trainer.settings import TrainingSettings
from services.trainer.trials import Searched, Trial

log = logging.getLogger(__name__)

Train = Callable[[TrainingSettings, Report], float]
"""Trains a new network by settings, reports each of its passes, and returns its lowest held-out loss."""

RATES = {"lora": (1e-4, 4e-3), "full": (2e-5, 5e-5)}
"""Learning rates of the encoder: those of Devlin et al. (BERT, NAACL 2019, appendix A.3) for all weights, wider for
adapters, whose scale their rank sets too."""
BATCHES = (16, 32)
EPOCHS = (3, 5)
DROPOUTS = (0.1, 0.5)
RANKS = (8, 16, 32)
_UNHURRIED = 3
"""Trials that are carried through before one can fall behind."""
_SECONDS = "seconds"


def search(train: Train, settings: TrainingSettings, *, journal: Path, clock: Clock, report: Report) -> Searched:
    """Try settings until `settings.search_seconds` are spent, those spent on trials in `journal` already included.

    A trial ends with the pass in which the time is over. Without a finished trial the settings stay as they are.
    """
    study = _study(journal, seed=settings.seed)
    began, before = clock(), sum(one.seconds for one in _trials(study))

    def left() -> float:
        return settings.search_seconds - before - (clock() - began)

    while left() > 0:
        done = 1 - left() / settings.search_seconds
        report(Progress(stage="search", done=max(0.0, min(1.0, done)), validation_loss=_best_loss(study)))
        _try(study, train, settings, left=left, clock=clock)
    log.info("search", extra={"trials": len(study.trials), "loss": _best_loss(study)})
    return Searched(settings=_best(study, settings), trials=tuple(_trials(study)))


def _study(journal: Path, *, seed: int) -> optuna.Study:
    """What was tried so far; a trial that a killed run left open counts as failed."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name="run",
        storage=JournalStorage(JournalFileBackend(str(journal))),
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_UNHURRIED),
    )
    for one in study.get_trials(states=(TrialState.RUNNING,)):
        study.tell(one.number, state=TrialState.FAIL)
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials))  # going on proposes what is new
    return study


def _try(
    study: optuna.Study, train: Train, settings: TrainingSettings, *, left: Callable[[], float], clock: Clock
) -> None:
    """One trial; until one is finished, that of the settings as they are."""
    trial, began, passes = study.ask(), clock(), 0

    def watch(progress: Progress) -> None:
        nonlocal passes
        if progress.stage == "together" and progress.validation_loss is not None:
            trial.report(progress.validation_loss, passes)
            passes += 1
            if trial.should_prune():
                raise optuna.TrialPruned
        if left() <= 0:
            raise optuna.TrialPruned

    try:
        loss = train(_tried(trial, settings, is_first=_best_loss(study) is None), watch)
    except optuna.TrialPruned:
        loss = None
    loss = loss if loss is not None and isfinite(loss) else None  # one that diverged is no better than one given up
    trial.set_user_attr(_SECONDS, clock() - began)
    study.tell(trial, loss, state=TrialState.PRUNED if loss is None else TrialState.COMPLETE)


def _tried(trial: optuna.Trial, settings: TrainingSettings, *, is_first: bool) -> TrainingSettings:
    return settings if is_first else _with(settings, dict(_proposed(trial, settings)))


def _proposed(trial: optuna.Trial, settings: TrainingSettings) -> Iterator[tuple[str, float]]:
    yield "learning_rate", trial.suggest_float("learning_rate", *RATES[settings.method], log=True)
    yield "batch", trial.suggest_categorical("batch", BATCHES)
    yield "epochs", trial.suggest_int("epochs", *EPOCHS)
    yield "dropout", trial.suggest_float("dropout", *DROPOUTS, step=0.1)
    if settings.method == "lora":
        yield "lora_rank", trial.suggest_categorical("lora_rank", RANKS)


def _with(settings: TrainingSettings, values: Mapping[str, float]) -> TrainingSettings:
    """The settings with these values; the adapters' scale goes with their rank, as it stands to it."""
    rank = values.get("lora_rank", settings.lora_rank)
    alpha = round(settings.lora_alpha * rank / settings.lora_rank)
    return settings.model_copy(update={**values, "lora_alpha": max(1, alpha)})


def _best(study: optuna.Study, settings: TrainingSettings) -> TrainingSettings:
    return settings if _best_loss(study) is None else _with(settings, study.best_params)


def _best_loss(study: optuna.Study) -> float | None:
    finished = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return min((one.value for one in finished if one.value is not None), default=None)


def _trials(study: optuna.Study) -> Iterator[Trial]:
    return map(_told, study.get_trials(deepcopy=False))


def _told(trial: FrozenTrial) -> Trial:
    return Trial(
        number=trial.number,
        values=trial.params,
        loss=trial.value if trial.state is TrialState.COMPLETE else None,
        seconds=trial.user_attrs.get(_SECONDS, 0.0),
    )
