"""What came of judging a candidate, and all of it as figures by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.core.bands import Decisions
from services.core.bundle import Estimate
from services.core.gate import GateOutcome
from services.trainer.report.run_report import Measured

COMPARED = ("precision", "recall", "f1", "average_precision", "roc_auc", "saved_at_99")
"""The figures that are also recorded of champion and baselines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the gate decided, every contestant's figures on holdout and anchor set, and what the decisions achieve."""

    outcome: GateOutcome
    candidate: Measured
    champion: Measured | None
    baselines: Mapping[str, Measured]
    decisions: Decisions | None = None
    achieved: Mapping[str, Estimate] = field(default_factory=dict)

    @property
    def threshold(self) -> float:
        """The candidate's threshold on P(true_positive)."""
        return self.candidate.holdout.threshold

    @property
    def metrics(self) -> dict[str, Estimate]:
        """All figures by name: the candidate's bare, others as `champion.f1`, `baseline.tfidf.f1`, `anchor.recall`.

        Under attack `adversarial.recall`, `adversarial.loss`, each edit's success, and `champion.adversarial.recall`.
        What the candidate is better by is `vs.champion.f1`, `vs.tfidf.f1`.
        """
        own = self.candidate.holdout.metrics
        return {**own, **self.achieved, **self._adversarial, **self._compared, **self._differences}

    @property
    def _others(self) -> dict[str, Measured]:
        """The models beside the candidate."""
        champion = {"champion": self.champion} if self.champion is not None else {}
        return champion | {f"baseline.{name}": measured for name, measured in self.baselines.items()}

    @property
    def _compared(self) -> dict[str, Estimate]:
        evaluations = {name: measured.holdout for name, measured in self._others.items()}
        if self.candidate.anchor is not None:
            evaluations["anchor"] = self.candidate.anchor
        return {f"{name}.{metric}": one.metrics[metric] for name, one in evaluations.items() for metric in COMPARED}

    @property
    def _adversarial(self) -> dict[str, Estimate]:
        own = self.candidate.attacked.metrics if self.candidate.attacked is not None else {}
        return {f"adversarial.{name}": figure for name, figure in own.items()} | {
            f"{name}.adversarial.recall": measured.attacked.recall
            for name, measured in self._others.items()
            if measured.attacked is not None
        }

    @property
    def _differences(self) -> dict[str, Estimate]:
        return {
            f"vs.{name.removeprefix('baseline.')}.{metric}": estimate
            for name, measured in self._others.items()
            for metric, estimate in measured.differences.items()
        }
