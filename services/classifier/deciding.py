"""What a score suggests, and whether the alert is shown: by the bundle's decisions and the audit's lot."""

from dataclasses import dataclass

from schemas import AlertV1, Decision
from services.core.audit import Audit
from services.core.bundle import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """As `ScoreV1` has it; no decision where the bundle has none in force."""

    decision: Decision | None
    shown: bool
    audited: bool = False
    audit_probability: float | None = None

    @property
    def is_looked_at(self) -> bool:
        """Whether somebody will read the score: an analyst, or who closes the alert by it."""
        return self.shown or self.decision is not None


def decide(manifest: Manifest, alert: AlertV1, probability: float, *, audit: Audit) -> Decided:
    """Decide on a scored alert by its P(true_positive). What may not close is shown, and of the rest what is audited.

    Without decisions in force alerts are shown from the manifest's threshold on.
    """
    decisions, threshold = manifest.decisions, manifest.threshold
    if decisions is None or not decisions.in_force:
        return Decided(decision=None, shown=probability >= threshold)
    decision = decisions.decide(probability, alert.severity, threshold=threshold)
    if decision is not Decision.MAY_CLOSE:
        return Decided(decision=decision, shown=True)
    audited = audit.draws(alert.alert_id, version=manifest.version)
    return Decided(decision=decision, shown=audited, audited=audited, audit_probability=audit.probability)
