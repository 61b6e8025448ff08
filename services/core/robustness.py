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


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the rule allows: the loss in points of recall, from how many attacks on it judges, and the test's level.

    The level is strict: two trainings on the same data differ in what a search against each of them finds.
    """

    loss: float
    minimum: int
    alpha: float = 0.05


def adversarial_recall(candidate: UnderAttack | None, champion: UnderAttack | None, *, limits: Limits) -> GateReason:
    """Whether attackers can hide more from the candidate than they may, or than they can from the champion.

    It passes with a loss within the limit, or where it keeps no fewer of the same attacks than the champion: no more
    than the limit less, or by no more than chance (one-sided sign test). Any model of text loses something, so the
    limit alone would keep in service a model that loses more. Without a champion, or with too few attacks, nothing is
    judged: a baseline is no measure, for one that shows nearly everything loses nothing.
    """
    if candidate is None or len(candidate.before) < limits.minimum:
        tried = 0 if candidate is None else len(candidate.before)
        return _not_judged(f"{tried} attacks were tried, {limits.minimum} are needed", tried, limits.minimum)
    is_within = candidate.lost.value <= limits.loss
    if champion is None and not is_within:
        return _not_judged(f"no champion yet; {_found(candidate)}", -candidate.lost.value, -limits.loss)
    return GateReason(
        rule=RULE,
        passed=is_within or champion is None or not _behind(candidate.after, champion.after, limits),
        figure=-candidate.lost.value,
        limit=-limits.loss,
        text=_text(candidate, champion, limits),
    )


def _behind(ours: Sequence[bool], theirs: Sequence[bool], limits: Limits) -> bool:
    """Whether fewer attacks are kept than the other keeps, by more than the limit and more than chance."""
    gap = loss([float(kept) for kept in ours], [float(kept) for kept in theirs])
    return gap.mean > limits.loss and gap.p_value < limits.alpha


def _text(candidate: UnderAttack, champion: UnderAttack | None, limits: Limits) -> str:
    against = ""
    if champion is not None:
        against = f", the champion's from {champion.recall_before.value:.3f} to {champion.recall.value:.3f}"
    return (
        f"{_found(candidate)}{against}; a loss of {limits.loss:.3f} is allowed, or to keep as many as the champion: "
        f"{limits.loss:.3f} fewer, or more where that may be chance (one-sided sign test, p {limits.alpha:.2f} or more)"
    )


def _found(candidate: UnderAttack) -> str:
    return (
        f"recall {candidate.recall_before.value:.3f} of {len(candidate.before)} attacks falls to "
        f"{candidate.recall.value:.3f} under the worst of up to {candidate.budget} edits"
    )


def _not_judged(why: str, figure: float, limit: float) -> GateReason:
    return GateReason(rule=RULE, passed=True, figure=figure, limit=limit, text=f"not judged: {why}")
