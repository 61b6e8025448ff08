"""What becomes of a model's recall when attackers write their attacks otherwise, and the gate's rule about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.core.bundle import Estimate, GateReason
from services.core.intervals import wilson
from services.core.paired import loss

RULE = "adversarial_recall"


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
        gone = sum(was and not still for was, still in zip(self.before, self.after, strict=True))
        return wilson(gone, len(self.before))

    @property
    def metrics(self) -> dict[str, Estimate]:
        """For the manifest: `recall` and `loss` under the worst edits, and each edit's success rate by its name."""
        edits = {name: figures.success for name, figures in self.edits.items() if figures.applicable}
        return {"recall": self.recall, "loss": self.lost, **edits}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the rule allows: the loss in points of recall, from how many attacks on it judges, and the test's level."""

    loss: float
    minimum: int
    alpha: float


def adversarial_recall(
    candidate: UnderAttack | None, rivals: Mapping[str, UnderAttack], *, limits: Limits
) -> GateReason:
    """Whether attackers can hide more from the candidate than they may, or than they could already.

    It passes with a loss within the limit, or where it keeps no fewer of the same attacks than the best rival (the
    champion, or before the first model the baseline): no more than the limit less, or by no more than chance
    (one-sided sign test). Any model of text loses something, so an absolute limit alone would keep in service a model
    that loses more. With too few attacks nothing is judged.
    """
    if candidate is None or len(candidate.before) < limits.minimum:
        return _not_judged(0 if candidate is None else len(candidate.before), limits)
    best = max(rivals, key=lambda name: rivals[name].recall.value, default=None)
    behind = _behind(candidate.after, rivals[best].after, limits) if best is not None else True
    return GateReason(
        rule=RULE,
        passed=candidate.lost.value <= limits.loss or not behind,
        figure=-candidate.lost.value,
        limit=-limits.loss,
        text=_text(candidate, best, rivals, limits),
    )


def _behind(ours: Sequence[bool], theirs: Sequence[bool], limits: Limits) -> bool:
    """Whether fewer attacks are kept than the other keeps, by more than the limit and more than chance."""
    gap = loss([float(kept) for kept in ours], [float(kept) for kept in theirs])
    return gap.mean > limits.loss and gap.p_value < limits.alpha


def _text(candidate: UnderAttack, best: str | None, rivals: Mapping[str, UnderAttack], limits: Limits) -> str:
    said = (
        f"recall {candidate.recall_before.value:.3f} of {len(candidate.before)} attacks falls to "
        f"{candidate.recall.value:.3f} under the worst of up to {candidate.budget} edits"
    )
    if best is not None:
        said += f", the {best}'s from {rivals[best].recall_before.value:.3f} to {rivals[best].recall.value:.3f}"
    return (
        f"{said}; a loss of {limits.loss:.3f} is allowed, or where more is lost as many kept as the rival keeps: "
        f"{limits.loss:.3f} fewer, or no fewer than by chance (one-sided sign test, p {limits.alpha:.2f} or more)"
    )


def _not_judged(attacks: int, limits: Limits) -> GateReason:
    return GateReason(
        rule=RULE,
        passed=True,
        figure=attacks,
        limit=limits.minimum,
        text=f"not judged: {attacks} attacks were tried, {limits.minimum} are needed",
    )
