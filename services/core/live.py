"""Live precision and recall of what decides, without the bias of judging only what was shown.

Judged alerts are a sample: all of what is escalated or reviewed, and of what may close the audited, each of which
stands for 1 / its inclusion probability alerts. Totals weighed so are unbiased (Horvitz and Thompson, "A
Generalization of Sampling Without Replacement From a Finite Universe", JASA 47, 1952). Assumed is that analysts judge
audited alerts as often as the others they are shown. Verdicts on alerts that were not shown came about in no known way;
they have no weight.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAlert:
    """A judged alert: whether it is an attack, was shown, and with which probability audited, if it was."""

    attack: bool
    shown: bool
    audit_probability: float | None = None

    @property
    def weight(self) -> float:
        """How many alerts it stands for."""
        if self.audit_probability is not None:
            return audit_weight(self.audit_probability)
        return 1.0 if self.shown else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFigures:
    """Precision of what was shown for its score, recall of it, and how many attacks may close; None without any."""

    precision: float | None
    recall: float | None
    attacks_closed: float


def audit_weight(probability: float) -> float:
    """How many alerts an audited one stands for."""
    return 1 / probability


def live_figures(alerts: Iterable[LiveAlert]) -> LiveFigures:
    """The estimates. Prometheus' rules compute the same from the collector's counters."""
    judged = list(alerts)
    shown = [one for one in judged if one.shown and one.audit_probability is None]
    found = sum(one.attack for one in shown)
    closed = sum(one.weight for one in judged if one.attack and one.audit_probability is not None)
    return LiveFigures(
        precision=found / len(shown) if shown else None,
        recall=found / (found + closed) if found + closed else None,
        attacks_closed=closed,
    )
