"""A run from its plan to its bundle, step by step, in one folder. Nothing outside the folder is read or written."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from services.core.bundle import SURGES
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.example import Example
from services.core.splits import Split, split
from services.core.surges import MOST_OFTEN, Surges
from services.runtime.cores import usable_cores
from services.trainer.adversarial.augment import edited_copies
from services.trainer.base_model import load_base
from services.trainer.baselines import fit_baselines
from services.trainer.candidate import export_candidate
from services.trainer.contenders import Champion, chooser, costs, load_champion, rival, told, unlearned
from services.trainer.course import Clock
from services.trainer.frozen import FrozenVectors
from services.trainer.judgement import Judgement
from services.trainer.judging import Court
from services.trainer.neighbours import write_neighbours
from services.trainer.packing import manifest, seal
from services.trainer.plan import (
    BUNDLE,
    CHAMPION,
    RECENT,
    SNAPSHOT,
    TRIALS,
    RunPlan,
    RunResult,
    read_recent,
    read_snapshot,
)
from services.trainer.progress import Progress, Report
from services.trainer.quality import Checked, check
from services.trainer.report.written import write_report
from services.trainer.samples import Samples, prepare
from services.trainer.surging import learn_surges
from services.trainer.telling import run_report
from services.trainer.trained import Trained
from services.trainer.training import build_network, fine_tune, held_out_loss
from services.trainer.trials import Searched
from services.trainer.voices import fit_linear

log = logging.getLogger(__name__)


class Pipeline:
    """One run. `execute` is called once."""

    def __init__(self, folder: Path, plan: RunPlan, *, report: Report, clock: Clock) -> None:
        self._folder, self._plan, self._report, self._clock = folder, plan, report, clock
        self._began = clock()
        self._threads = plan.training.threads or usable_cores()

    def execute(self) -> RunResult:
        """Check, split, train, export, judge and pack.

        Raises:
            DataError: the snapshot does not make a training set.
            TrainingFailure: the base model cannot be used, or the export is not faithful.
            OSError: the folder cannot be written.
        """
        self._tell("split", 0.0)
        checked, parts = self._split()
        champion = load_champion(self._folder / CHAMPION, self._plan.champion, threads=self._threads)
        parts = unlearned(parts, champion)
        for note in parts.notes:
            log.info("split", extra={"note": note})
        trained = self._train(parts)
        self._tell("judge", 0.75)
        judgement = self._judge(trained, parts, champion)
        self._tell("pack", 0.95)
        figures = {**trained.figures(), **told(judgement), **checked.quality.figures()}
        self._pack(trained, parts, judgement, checked, figures)
        self._tell("done", 1.0)
        metrics = {name: estimate.value for name, estimate in judgement.metrics.items()}
        return RunResult(
            version=self._plan.version,
            promoted=judgement.outcome.promoted,
            reasons=judgement.outcome.reasons,
            metrics={**metrics, **figures},
            seconds=self._clock() - self._began,
        )

    def _split(self) -> tuple[Checked, Split]:
        """Check and clean the snapshot, and divide what is left."""
        settings = self._plan.training
        examples = read_snapshot(self._folder / SNAPSHOT, expected_sha256=self._plan.snapshot_sha256)
        checked = check(examples, policy=settings.split, seed=settings.seed)
        checked.refuse_blocked()
        parts = split(checked.cleaned.examples, policy=settings.split, seed=settings.seed)
        return checked, parts

    def _train(self, parts: Split) -> Trained:
        settings = self._plan.training
        self._tell("base", 0.02)
        base = load_base(settings.base, expected_sha256=settings.base_sha256)
        base.tokenizer.enable_truncation(settings.max_tokens)
        learned = (*parts.training, *edited_copies(parts.training, share=settings.augment, seed=settings.seed))
        training, validation = (prepare(part, base.tokenizer) for part in (learned, parts.validation))
        searched = self._searched(training, validation)
        settings = searched.settings
        network = build_network(base, places=len(FEATURES[CONTEXT_VERSION]), settings=settings)
        frozen = FrozenVectors(base.tokenizer)
        frozen.encode(
            network.encoder,
            (*parts.calibration, *parts.holdout, *parts.anchor),
            besides=(training, validation),
            precision=settings.precision,
        )
        report = self._within(0.05, 0.65)
        outcome = fine_tune(
            network, training=training, validation=validation, settings=settings, report=report, clock=self._clock
        )
        fit_linear(network, training=training, validation=validation, settings=settings)
        frozen.add(training.tokens, outcome.frozen.training)
        frozen.add(validation.tokens, outcome.frozen.validation)
        self._tell("export", 0.65)
        (self._folder / BUNDLE).mkdir(exist_ok=True)
        candidate = export_candidate(
            network,
            self._folder / BUNDLE,
            tokenizer=base.tokenizer,
            samples=validation,
            surges=self._surges(parts.training),
            validation=parts.validation,
            tuning=parts.tuning,
            quantisation=settings.quantise,
            threads=self._threads,
        )
        return Trained(
            candidate=candidate,
            base=base.info,
            layers=network.encoder.layers,
            settings=settings,
            trials=searched.trials,
            outcome=outcome,
            voices=network.figures(),
            frozen=frozen,
        )

    def _surges(self, training: Sequence[Example]) -> Surges | None:
        """How often rules fire, as far as verdicts tell: few of the rules that were scored of late may have surged."""
        surges, expected = learn_surges(training), self._plan.recent_sha256
        recent = read_recent(self._folder / RECENT, expected_sha256=expected) if expected else []
        share = surges.share_of(recent)
        suits = share is not None and share <= MOST_OFTEN
        log.info("surges are told" if suits else "surges cannot be told", extra={"share": share, "most": MOST_OFTEN})
        return surges if suits else None

    def _searched(self, training: Samples, validation: Samples) -> Searched:
        """The settings to train by: the plan's, or better ones that were found in the time there is for that."""
        settings = self._plan.training
        if not settings.search_seconds:
            return Searched(settings=settings)
        from services.trainer.search import search  # noqa: PLC0415 - Optuna, which only a search needs

        train = partial(held_out_loss, training=training, validation=validation, clock=self._clock)
        return search(
            train, settings, journal=self._folder / TRIALS, clock=self._clock, report=self._within(0.02, 0.05)
        )

    def _judge(self, trained: Trained, parts: Split, champion: Champion) -> Judgement:
        """Everybody on the same examples, the candidate as it would serve: by its exported graphs."""
        settings, candidate = self._plan.training, trained.candidate
        court = Court(
            parts, seed=settings.seed, miss_cost=settings.miss_cost, adversarial_alerts=settings.adversarial_alerts
        )
        cost = costs(candidate.graphs, self._folder / BUNDLE, champion, parts.holdout)
        tuning = court.tuning(candidate.probabilities)
        decisions = court.decisions(tuning, policy=settings.decisions)
        choose = chooser(court, champion, margin=settings.gate.recall_margin, decides=decisions.in_force)
        threshold = choose(tuning)
        return court.judge(
            court.contestant(
                candidate.probabilities,
                threshold=threshold,
                decisions=decisions.below(threshold),
                footprint=cost.get("candidate"),
            ),
            champion=rival(court, champion, cost.get("champion")),
            baselines=fit_baselines(parts.training, validation=parts.tuning, choose=choose, vectors=trained.frozen.of),
            policy=settings.gate,
        )

    def _pack(
        self, trained: Trained, parts: Split, judgement: Judgement, checked: Checked, figures: Mapping[str, float]
    ) -> None:
        folder = self._folder / BUNDLE
        write_neighbours(parts.training, trained.candidate.graphs, folder, limit=self._plan.training.neighbours)
        if trained.candidate.surges is not None:
            (folder / SURGES).write_bytes(trained.candidate.surges.to_bytes())
        written = manifest(
            self._plan.model_copy(update={"training": trained.settings}),
            base=trained.base,
            split=parts,
            candidate=trained.candidate,
            judgement=judgement,
            figures={
                **figures,
                **checked.settings(),
                "precision": trained.outcome.precision,
                "verdicts": self._plan.verdicts,
            },
            folder=folder,
        )
        write_report(run_report(written, judgement, parts, trained, checked), folder)
        seal(written, folder)

    def _tell(self, stage: str, done: float) -> None:
        self._report(Progress(stage=stage, done=done))

    def _within(self, first: float, last: float) -> Callable[[Progress], None]:
        """A report whose whole is a stretch of the run's."""
        return lambda progress: self._report(
            progress.model_copy(update={"done": first + (last - first) * progress.done})
        )
