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
from services.core.errors import BundleError, FileCorrupt
from services.core.example import Example
from services.core.gate import Contestant
from services.core.splits import Split, split
from services.trainer.base_model import load_base
from services.trainer.baselines import fit_baselines
from services.trainer.candidate import Candidate, export_candidate
from services.trainer.course import Clock
from services.trainer.graphs import OnnxModel, rows, softmax
from services.trainer.judging import Court, Judgement
from services.trainer.packing import manifest, seal
from services.trainer.plan import BUNDLE, CHAMPION, SNAPSHOT, RunPlan, RunResult, read_snapshot
from services.trainer.progress import Progress, Report
from services.trainer.quality import Checked, check
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
        checked, parts = self._split()
        trained = self._train(parts)
        self._tell("judge", 0.75)
        judgement = self._judge(trained.candidate, parts)
        self._tell("pack", 0.95)
        figures = {**self._figures(trained), **checked.quality.figures()}
        self._pack(trained, parts, judgement, {**figures, **checked.settings()}, checked)
        self._tell("done", 1.0)
        metrics = {name: estimate.value for name, estimate in judgement.metrics.items()}
        return RunResult(
            version=self._plan.version,
            promoted=judgement.outcome.promoted,
            reasons=judgement.outcome.reasons,
            metrics={**metrics, **{name: float(value) for name, value in figures.items()}},
            seconds=self._clock() - self._began,
        )

    def _split(self) -> tuple[Checked, Split]:
        """Check and clean the snapshot, and divide what is left."""
        settings = self._plan.training
        examples = read_snapshot(self._folder / SNAPSHOT, expected_sha256=self._plan.snapshot_sha256)
        checked = check(examples, caps=settings.split.caps, seed=settings.seed)
        parts = split(checked.cleaned.examples, policy=settings.split, seed=settings.seed)
        checked.refuse_blocked()
        for note in parts.notes:
            log.info("split", extra={"note": note})
        return checked, parts

    def _train(self, parts: Split) -> Trained:
        settings = self._plan.training
        self._tell("base", 0.02)
        base = load_base(settings.base, expected_sha256=settings.base_sha256)
        base.tokenizer.enable_truncation(settings.max_tokens)
        training, validation = (prepare(part, base.tokenizer) for part in (parts.training, parts.validation))
        network = build_network(base, places=len(FEATURES[CONTEXT_VERSION]), settings=settings)
        report = self._within(0.05, 0.65)
        outcome = fine_tune(
            network, training=training, validation=validation, settings=settings, report=report, clock=self._clock
        )
        self._tell("export", 0.65)
        (self._folder / BUNDLE).mkdir(exist_ok=True)
        candidate = export_candidate(
            network,
            self._folder / BUNDLE,
            tokenizer=base.tokenizer,
            samples=validation,
            validation=parts.validation,
            int8=settings.quantise == "int8",
            threads=self._threads,
        )
        return Trained(candidate=candidate, base=base.info, outcome=outcome)

    def _judge(self, candidate: Candidate, parts: Split) -> Judgement:
        """Everybody on the same examples, the candidate as it would serve: by its exported graphs."""

        def predict(examples: Sequence[Example]) -> list[tuple[float, ...]]:
            return rows(softmax(candidate.graphs.logits(examples), temperature=candidate.temperature))

        court = Court(parts, seed=self._plan.training.seed)
        return court.judge(
            court.contestant(predict, threshold=court.threshold(predict)),
            champion=self._champion(court),
            baselines=fit_baselines(parts.training, validation=parts.validation),
            policy=self._plan.training.gate,
        )

    def _champion(self, court: Court) -> Contestant | BundleError | None:
        """The model in service on the same examples, or why it cannot be judged."""
        serving = self._plan.champion
        if serving is None:
            return None
        folder = self._folder / CHAMPION
        try:
            model = OnnxModel.load(
                lambda name: (folder / name).read_bytes(),
                expected_sha256=serving.manifest_sha256,
                threads=self._threads,
            )
            return court.contestant(model.probabilities, threshold=model.threshold)
        except BundleError as error:
            return error
        except OSError as error:
            return FileCorrupt(f"a file of the model in service is not there: {error}")

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

    def _pack(
        self, trained: Trained, parts: Split, judgement: Judgement, figures: dict[str, float], checked: Checked
    ) -> None:
        folder = self._folder / BUNDLE
        written = manifest(
            self._plan,
            base=trained.base,
            split=parts,
            candidate=trained.candidate,
            judgement=judgement,
            figures={**figures, "precision": trained.outcome.precision, "verdicts": self._plan.verdicts},
            folder=folder,
        )
        write_report(run_report(written, judgement, parts, trained.outcome, checked), folder)
        seal(written, folder)

    def _tell(self, stage: str, done: float) -> None:
        self._report(Progress(stage=stage, done=done))

    def _within(self, first: float, last: float) -> Callable[[Progress], None]:
        """A report whose whole is a stretch of the run's."""
        return lambda progress: self._report(
            progress.model_copy(update={"done": first + (last - first) * progress.done})
        )


def peak_memory_bytes() -> int:
    """The most memory this process has had resident so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
