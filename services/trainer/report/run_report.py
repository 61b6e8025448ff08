"""Everything a run's card and page are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.core.bundle import Estimate, Manifest
from services.core.gate import Footprint, GateOutcome
from services.core.metrics import Evaluation
from services.core.robustness import UnderAttack
from services.trainer.quality import Checked
from services.trainer.trials import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One model's figures on the holdout and, where there are such, on the anchor set and on edited attacks.

    `footprint` is what it costs to run. `differences` are the candidate's figures less this model's, each with its
    interval; of the candidate itself none.
    """

    holdout: Evaluation
    anchor: Evaluation | None = None
    attacked: UnderAttack | None = None
    footprint: Footprint | None = None
    differences: Mapping[str, Estimate] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """One training run, whatever came of it.

    `manifest` is the bundle's own but for the list of files, which does not exist yet when this is written. `champion`
    is None before the first model. `training_loss` and `validation_loss` are (pass, loss), in order. `counts` has for
    each part (training, validation, calibration, holdout, anchor) the examples of each verdict, `trials` what a
    search for hyper-parameters tried, `checked` what was wrong with the labelled alerts and what was left out,
    `seconds` what each stage took, `machine` and `remarks` what else a reader should know.
    """

    manifest: Manifest
    outcome: GateOutcome
    candidate: Measured
    champion: Measured | None = None
    baselines: Mapping[str, Measured] = field(default_factory=dict)
    training_loss: tuple[tuple[float, float], ...] = ()
    validation_loss: tuple[tuple[float, float], ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    split_notes: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()
    checked: Checked | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    examples_per_second: float | None = None
    machine: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def models(self) -> dict[str, Measured]:
        """All models in the order of interest: candidate, champion, baselines."""
        champion = {"champion": self.champion} if self.champion else {}
        return {"candidate": self.candidate, **champion, **self.baselines}
