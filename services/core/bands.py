"""What a bundle decides: below which P(true_positive) an alert of a severity may be closed.

An alert that reaches the manifest's threshold is escalated, one below its band's `may_close` may be closed, what lies
between is to be reviewed. No `may_close` lies above the threshold, so what is escalated is always shown.
"""

from typing import Annotated

from pydantic import Field

from schemas import Decision, Severity
from schemas.base import Contract, Line, Name, Probability

BANDS: dict[str, tuple[Severity, ...]] = {
    "low": (Severity.INFORMATIONAL, Severity.LOW),
    "medium": (Severity.MEDIUM,),
    "high": (Severity.HIGH, Severity.CRITICAL),
    "unknown": (Severity.UNKNOWN,),
}
"""Severities that are decided alike; where a vendor gives none, alerts are a band of their own."""


class Band(Contract):
    """One band: the P(true_positive) below which its alerts may be closed, none where they may not, and why.

    `positives` are the independent attacks of the band itself that this rests on; with `pooled` those of other bands
    were taken too. `reason` says in words how the threshold came about, or why there is none.
    """

    name: Name
    severities: Annotated[tuple[Severity, ...], Field(max_length=16)]
    may_close: Probability | None = None
    positives: Annotated[int, Field(ge=0)] = 0
    pooled: bool = False
    reason: Line = ""


class Decisions(Contract):
    """All bands, the share of attacks that may be missed at most, and severities of which no alert may be closed."""

    miss_rate: Annotated[float, Field(gt=0.0, lt=1.0)]
    bands: Annotated[tuple[Band, ...], Field(max_length=16)]
    exempt: Annotated[tuple[Severity, ...], Field(max_length=16)] = ()

    @property
    def in_force(self) -> bool:
        """Whether any alert could be closed; if not, the bundle shows alerts as one without decisions does."""
        return any(band.may_close is not None and set(band.severities) - set(self.exempt) for band in self.bands)

    def below(self, threshold: float) -> "Decisions":
        """The same, but that nothing closes which the manifest's threshold escalates."""
        limited = (
            band.model_copy(update={"may_close": None if band.may_close is None else min(band.may_close, threshold)})
            for band in self.bands
        )
        return self.model_copy(update={"bands": tuple(limited)})

    def closes(self, probability: float, severity: Severity) -> bool:
        """Whether an alert with this P(true_positive) may be closed."""
        if severity in self.exempt:
            return False
        below = (band.may_close for band in self.bands if severity in band.severities)
        return any(limit is not None and probability < limit for limit in below)

    def decide(self, probability: float, severity: Severity, *, threshold: float) -> Decision:
        """What is to be done with an alert; `threshold` is the manifest's."""
        if probability >= threshold:
            return Decision.ESCALATE
        return Decision.MAY_CLOSE if self.closes(probability, severity) else Decision.REVIEW
