"""One labelled alert, as the trainer learns from it and the gate judges by it."""

from dataclasses import dataclass
from datetime import datetime

from schemas import AlertV1, ContextV1, Verdict
from services.core.context import CONTEXT_VERSION, FEATURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An alert, the context it was scored with, and the verdict that counts.

    `analysts` are the people whose latest verdict is `label`, the one that counts first; `contested` is set where
    another analyst's latest verdict differs, and `dissent` says who and what. `incident` is empty where none is known.
    """

    alert: AlertV1
    context: ContextV1
    label: Verdict
    decided_at: datetime
    analysts: tuple[str, ...]
    contested: bool = False
    incident: str = ""
    dissent: tuple[tuple[str, Verdict], ...] = ()

    @property
    def is_attack(self) -> bool:
        """Whether the label is a true positive."""
        return self.label is Verdict.TRUE_POSITIVE

    @property
    def is_confirmed(self) -> bool:
        """Whether two analysts say the same; a verdict without a name may be anybody's, also the other's own."""
        return len({*self.analysts} - {""}) > 1

    @property
    def verdicts(self) -> tuple[tuple[str, Verdict], ...]:
        """Who said what, each analyst once: those whose verdict counts, then those who disagree."""
        return (*((analyst, self.label) for analyst in dict.fromkeys(self.analysts)), *self.dissent)

    @property
    def has_current_context(self) -> bool:
        """Whether the context is of the version that new models learn from, and whole.

        An alert whose context could not be made was scored with an empty one.
        """
        return self.context.version == CONTEXT_VERSION and len(self.context.values) == len(FEATURES[CONTEXT_VERSION])
