"""What training gave: a candidate, what it grew from, and what it took."""

import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from services.core.bundle import BaseModelInfo
from services.trainer.candidate import Candidate
from services.trainer.frozen import FrozenVectors
from services.trainer.settings import TrainingSettings
from services.trainer.training import Outcome
from services.trainer.trials import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A candidate, what it grew from, the settings it was trained by, what was tried before, and how it went.

    `layers` are the encoder's transformer layers, `voices` the figures of the network's.
    """

    candidate: Candidate
    base: BaseModelInfo
    layers: int
    settings: TrainingSettings
    trials: tuple[Trial, ...] = ()
    outcome: Outcome
    voices: Mapping[str, float]
    frozen: FrozenVectors

    def figures(self) -> dict[str, float]:
        """What the run took so far, and what its checks found."""
        candidate, outcome = self.candidate, self.outcome
        figures = {
            "train_seconds": outcome.seconds,
            "examples_per_second": outcome.examples_per_second,
            "steps": float(outcome.steps),
            "layers": float(self.layers),
            "trials": float(len(self.trials)),
            "cut_by_budget": float(outcome.cut_by_budget),
            "peak_memory_bytes": float(peak_memory_bytes()),
            "parity_logit": candidate.parity.logit,
            "surges": float(candidate.surges is not None),
            "temperature": candidate.temperature,
            **self.voices,
        }
        if candidate.surges is not None and candidate.surges.odds is not None:
            figures |= {f"surge_{name}": value for name, value in candidate.surges.odds.model_dump().items()}
        if candidate.change is not None:
            form = self.settings.quantise
            figures[f"{form}_vector"] = candidate.change.vector
            figures[f"{form}_probability"] = candidate.change.largest
            figures[f"{form}_loss"] = candidate.change.loss
        return figures


def peak_memory_bytes() -> int:
    """The most memory this process has had resident so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
