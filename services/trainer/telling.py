"""One run as the report's pages want it."""

import platform
from collections import Counter
from collections.abc import Sequence

from services.core.bundle import Manifest
from services.core.example import Example
from services.core.splits import Split
from services.runtime.cores import usable_cores
from services.trainer.course import Pass
from services.trainer.judgement import Judgement
from services.trainer.quality import Checked
from services.trainer.report.run_report import RunReport
from services.trainer.trained import Trained
from services.trainer.training import Outcome

_SYNTHETIC = "The alerts are simulated: these figures say nothing about any real SOC."
_CUT = "The time budget cut the training short."


def run_report(manifest: Manifest, judgement: Judgement, parts: Split, trained: Trained, checked: Checked) -> RunReport:
    """Everything the card and the page are made of."""
    outcome = trained.outcome
    return RunReport(
        manifest=manifest,
        outcome=judgement.outcome,
        candidate=judgement.candidate,
        champion=judgement.champion,
        baselines=judgement.baselines,
        training_loss=_curve(outcome.passes, "training_loss"),
        validation_loss=_curve(outcome.passes, "validation_loss"),
        counts={
            "training": _counts(parts.training),
            "validation": _counts(parts.validation),
            "calibration": _counts(parts.calibration),
            "holdout": _counts(parts.holdout),
            "anchor": _counts(parts.anchor),
        },
        split_notes=parts.notes,
        trials=trained.trials,
        checked=checked,
        seconds={"fine-tuning": outcome.seconds},
        examples_per_second=outcome.examples_per_second,
        machine={"processor": platform.machine(), "system": platform.system(), "cores": str(usable_cores())},
        remarks=_remarks(manifest, outcome),
    )


def _curve(passes: Sequence[Pass], figure: str) -> tuple[tuple[float, float], ...]:
    return tuple((float(step), float(getattr(one, figure))) for step, one in enumerate(passes, start=1))


def _counts(examples: Sequence[Example]) -> dict[str, int]:
    return dict(Counter(example.label.value for example in examples))


def _remarks(manifest: Manifest, outcome: Outcome) -> tuple[str, ...]:
    said = []
    if manifest.data.synthetic:
        said.append(_SYNTHETIC)
    if outcome.cut_by_budget:
        said.append(_CUT)
    said.append(f"Trained in {outcome.precision}, {outcome.steps} steps of encoder and head together.")
    return tuple(said)
