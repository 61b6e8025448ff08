"""A run from its plan to its bundle, step by step, in one folder. Nothing outside the folder is read or written."""

import logging
import os
import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.core.bundle import BaseModelInfo
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.example import Example
from services.core.splits import Split, split
from services.trainer.adversarial.augment import edited_copies
from services.trainer.base_model import load_base
from services.trainer.baselines import fit_baselines
from services.trainer.candidate import Candidate, export_candidate
from services.trainer.contenders import costs, load_champion, rival, told
from services.trainer.course import Clock
from services.trainer.frozen import FrozenVectors
from services.trainer.graphs import rows, softmax
from services.trainer.judgement import Judgement
from services.trainer.judging import Court
from services.trainer.neighbours import write_neighbours
from services.trainer.packing import manifest, seal
from services.trainer.plan import BUNDLE, CHAMPION, SNAPSHOT, RunPlan, RunResult, read_snapshot
from services.trainer.progress import Progress, Report
from services.trainer.report.written import write_report
from services.trainer.samples import prepare
from services.trainer.telling import run_report
from services.trainer.training import Outcome, build_network, fine_tune

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A candidate, what it grew from, and how its training went."""

    candidate: Candidate
    base: BaseModelInfo
    outcome: Outcome
    frozen: FrozenVectors


class Pipeline:
    """One run. `execute` is called once."""

    def __init__(self, folder: Path, plan: RunPlan, *, report: Report, clock: Clock) -> None:
        self._folder, self._plan, self._report, self._clock = folder, plan, report, clock
        self._began = clock()
        self._threads = plan.training.threads or os.cpu_count() or 1

    def execute(self) -> RunResult:
        """Split, train, export, judge and pack.

        Raises:
            DataError: the snapshot does not make a training set.
            TrainingFailure: the base model cannot be used, or the export is not faithful.
            OSError: the folder cannot be written.
        """
        self._tell("split", 0.0)
        parts = self._split()
        trained = self._train(parts)
        self._tell("judge", 0.75)
        judgement = self._judge(trained, parts)
        self._tell("pack", 0.95)
        figures = {**self._figures(trained), **told(judgement)}
        self._pack(trained, parts, judgement, figures)
        self._tell("done", 1.0)
        metrics = {name: estimate.value for name, estimate in judgement.metrics.items()}
        return RunResult(
            version=self._plan.version,
            promoted=judgement.outcome.promoted,
            reasons=judgement.outcome.reasons,
            metrics={**metrics, **{name: float(value) for name, value in figures.items()}},
            seconds=self._clock() - self._began,
        )

    def _split(self) -> Split:
        examples = read_snapshot(self._folder / SNAPSHOT, expected_sha256=self._plan.snapshot_sha256)
        current = [example for example in examples if _readable(example)]
        if left_out := len(examples) - len(current):
            log.warning("examples with a context of another version are left out", extra={"count": left_out})
        parts = split(current, policy=self._plan.training.split, seed=self._plan.training.seed)
        for note in parts.notes:
            log.info("split", extra={"note": note})
        return parts

    def _train(self, parts: Split) -> Trained:
        settings = self._plan.training
        self._tell("base", 0.02)
        base = load_base(settings.base, expected_sha256=settings.base_sha256)
        base.tokenizer.enable_truncation(settings.max_tokens)
        learned = (*parts.training, *edited_copies(parts.training, share=settings.augment, seed=settings.seed))
        training, validation = (prepare(part, base.tokenizer) for part in (learned, parts.validation))
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
        frozen.add(training, outcome.frozen.training)
        frozen.add(validation, outcome.frozen.validation)
        self._tell("export", 0.65)
        (self._folder / BUNDLE).mkdir(exist_ok=True)
        candidate = export_candidate(
            network,
            self._folder / BUNDLE,
            tokenizer=base.tokenizer,
            samples=validation,
            validation=parts.validation,
            tuning=parts.tuning,
            int8=settings.quantise == "int8",
            threads=self._threads,
        )
        return Trained(candidate=candidate, base=base.info, outcome=outcome, frozen=frozen)

    def _judge(self, trained: Trained, parts: Split) -> Judgement:
        """Everybody on the same examples, the candidate as it would serve: by its exported graphs."""
        candidate = trained.candidate

        def predict(examples: Sequence[Example]) -> list[tuple[float, ...]]:
            return rows(softmax(candidate.graphs.logits(examples), temperature=candidate.temperature))

        settings = self._plan.training
        court = Court(
            parts, seed=settings.seed, miss_cost=settings.miss_cost, adversarial_alerts=settings.adversarial_alerts
        )
        champion = load_champion(self._folder / CHAMPION, self._plan.champion, threads=self._threads)
        cost = costs(candidate.graphs, self._folder / BUNDLE, champion, parts.holdout)
        threshold = court.threshold(predict)
        return court.judge(
            court.contestant(predict, threshold=threshold, footprint=cost.get("candidate")),
            champion=rival(court, champion, cost.get("champion")),
            baselines=fit_baselines(parts.training, validation=parts.tuning, vectors=trained.frozen.of),
            policy=settings.gate,
            decisions=court.decisions(predict, threshold=threshold, policy=settings.decisions),
        )

    def _figures(self, trained: Trained) -> dict[str, float]:
        """What the run took, and what its checks found."""
        candidate, outcome = trained.candidate, trained.outcome
        figures = {
            "train_seconds": outcome.seconds,
            "examples_per_second": outcome.examples_per_second,
            "steps": float(outcome.steps),
            "cut_by_budget": float(outcome.cut_by_budget),
            "peak_memory_bytes": float(peak_memory_bytes()),
            "parity_logit": candidate.parity.logit,
            "temperature": candidate.temperature,
        }
        if candidate.change is not None:
            figures["int8_vector"] = candidate.change.vector
            figures["int8_probability"] = candidate.change.largest
            figures["int8_loss"] = candidate.change.loss
        return figures

    def _pack(self, trained: Trained, parts: Split, judgement: Judgement, figures: dict[str, float]) -> None:
        folder = self._folder / BUNDLE
        write_neighbours(parts.training, trained.candidate.graphs, folder, limit=self._plan.training.neighbours)
        written = manifest(
            self._plan,
            base=trained.base,
            split=parts,
            candidate=trained.candidate,
            judgement=judgement,
            figures={**figures, "precision": trained.outcome.precision, "verdicts": self._plan.verdicts},
            folder=folder,
        )
        write_report(run_report(written, judgement, parts, trained.outcome), folder)
        seal(written, folder)

    def _tell(self, stage: str, done: float) -> None:
        self._report(Progress(stage=stage, done=done))

    def _within(self, first: float, last: float) -> Callable[[Progress], None]:
        """A report whose whole is a stretch of the run's."""
        return lambda progress: self._report(
            progress.model_copy(update={"done": first + (last - first) * progress.done})
        )


def _readable(example: Example) -> bool:
    context = example.context
    return context.version == CONTEXT_VERSION and len(context.values) == len(FEATURES[CONTEXT_VERSION])


def peak_memory_bytes() -> int:
    """The most memory this process has had resident so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
