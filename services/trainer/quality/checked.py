"""Labelled alerts before a run: checked as they came, then cleaned, with every finding and step in the log."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.core.errors import DataError
from services.core.example import Example
from services.core.splits import SplitPolicy
from services.trainer.quality.assessing import Quality, assess
from services.trainer.quality.cleaning import Cleaned, Step, clean
from services.trainer.quality.finding import Finding, Severity
from services.trainer.quality.rows import Rows

log = logging.getLogger(__name__)

_LEVELS = {Severity.NOTE: logging.INFO, Severity.WARNING: logging.WARNING, Severity.BLOCKER: logging.ERROR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found, what each cleaning step did, and what is left to learn from and judge by, in time order."""

    quality: Quality
    cleaned: Cleaned

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, the gravest first."""
        return self.quality.findings

    @property
    def steps(self) -> tuple[Step, ...]:
        """The cleaning steps, in their order."""
        return self.cleaned.steps

    def settings(self) -> Mapping[str, float]:
        """All figures, for the manifest: those of the run, each finding's count, and rows left after cleaning."""
        left = {"quality_rows_left": float(len(self.cleaned.examples))}
        return {**self.quality.figures(), **left, **self.quality.counts()}

    def refuse_blocked(self) -> None:
        """Stop a run that no good model can come of.

        Raises:
            DataError: there is a blocker; the message says what to do.
        """
        for finding in self.quality.having(Severity.BLOCKER):
            raise DataError(f"{finding.name}: {finding.effect} {finding.advice}")


def check(examples: Sequence[Example], *, policy: SplitPolicy, seed: int) -> Checked:
    """Look at everything, then leave out what the cleaning steps leave out."""
    rows = Rows.of(examples)
    quality = assess(rows, policy=policy, seed=seed)
    for finding in quality.findings:  # alert ids and names stay out of the log
        told = {"count": finding.count, "share": round(finding.share, 4), "effect": finding.effect}
        log.log(_LEVELS[finding.severity], "quality", extra={"finding": finding.name, **told})
    cleaned = clean(rows, seed=seed)
    for step in cleaned.steps:
        rows_ = {"rows_in": step.rows_in, "rows_out": step.rows_out}
        log.info("cleaning", extra={"step": step.name, **rows_, "left_out": step.why})
    return Checked(quality=quality, cleaned=cleaned)
