"""Which alerts analysts see of a model, as the classifier shows them."""

from collections.abc import Callable

from schemas import Decision
from services.core.bands import Decisions
from services.core.judged import Judged

Shows = Callable[[Judged], bool]
"""Whether a judged alert is shown."""


def showing(threshold: float, decisions: Decisions | None = None) -> Shows:
    """From the threshold on; with decisions in force whatever may not close. What an audit shows besides is by lot."""
    if decisions is None or not decisions.in_force:
        return lambda row: row.score >= threshold
    return lambda row: decisions.decide(row.score, row.facts.severity, threshold=threshold) is not Decision.MAY_CLOSE
