"""What becomes of a model's recall when attackers write their attacks otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.core.bundle import Estimate
from services.core.intervals import wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFigures:
    """One edit on a sample of `attacks`: how many it can be made on, and how many of those were caught, and still are.

    `recalled` are all attacks of the sample that are caught once the edit is made wherever it can be.
    """

    attacks: int
    applicable: int
    caught: int
    still_caught: int
    recalled: int

    @property
    def success(self) -> Estimate:
        """Share of the caught attacks that the edit hides (attack success rate), with Wilson's interval."""
        return wilson(self.caught - self.still_caught, self.caught)

    @property
    def recall(self) -> Estimate:
        """Recall under the edit."""
        return wilson(self.recalled, self.attacks)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderAttack:
    """A model on a sample of attacks: which it catches as they are, and which after the worst edits found for each.

    All contestants have the same sample in the same order, each with the edits that are worst for it. `budget` is how
    many edits may follow upon each other.
    """

    edits: Mapping[str, EditFigures]
    before: tuple[bool, ...]
    after: tuple[bool, ...]
    budget: int

    @property
    def recall(self) -> Estimate:
        """Recall under the worst edits."""
        return wilson(sum(self.after), len(self.after))

    @property
    def recall_before(self) -> Estimate:
        """Recall on the same attacks as they were."""
        return wilson(sum(self.before), len(self.before))

    @property
    def lost(self) -> Estimate:
        """Share of the sample that was caught and is not any more: points of recall, with Wilson's interval."""
        return wilson(self._gone, len(self.before))

    @property
    def success(self) -> Estimate:
        """Share of the caught attacks that the worst edits hide (attack success rate)."""
        return wilson(self._gone, sum(self.before))

    @property
    def _gone(self) -> int:
        return sum(was and not still for was, still in zip(self.before, self.after, strict=True))

    @property
    def metrics(self) -> dict[str, Estimate]:
        """For the manifest: `recall` and `loss` under the worst edits, and each edit's success rate by its name."""
        edits = {name: figures.success for name, figures in self.edits.items() if figures.applicable}
        return {"recall": self.recall, "loss": self.lost, **edits}
