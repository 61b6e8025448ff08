"""Whether attackers can hide more from the candidate than they may, or than they can from the champion."""

from collections.abc import Sequence

from services.core.bundle import GateReason
from services.core.gate.contest import Contestant
from services.core.gate.policy import GatePolicy
from services.core.gate.support import not_judged
from services.core.paired import loss
from services.core.robustness import UnderAttack

RULE = "adversarial_recall"


def adversarial_rule(candidate: Contestant, champion: Contestant | None, policy: GatePolicy) -> GateReason:
    """Hold what edits cost against the limit and the champion.

    It passes with a loss within the limit, or where it keeps no fewer of the same attacks than the champion: no more
    than the limit less, or by no more than chance (one-sided sign test). Any model of text loses something, so the
    limit alone would keep in service a model that loses more. Without a champion, or with too few attacks, nothing is
    judged: a baseline is no measure, for one that shows nearly everything loses nothing.

    A loss is of what is caught unedited, so a candidate that catches fewer to begin with loses less and may pass here.
    That it catches fewer is for the rules on recall to refuse.
    """
    own, theirs = candidate.attacked, champion.attacked if champion is not None else None
    if own is None or len(own.before) < policy.minimum_attacks:
        tried, needed = 0 if own is None else len(own.before), policy.minimum_attacks
        return not_judged(RULE, f"{tried} attacks were tried, {needed} are needed", figure=tried, limit=needed)
    lost, limit = own.lost.value, policy.adversarial_loss
    if theirs is None and lost > limit:
        return not_judged(RULE, f"no champion yet; {_found(own)}", figure=-lost, limit=-limit)
    return GateReason(
        rule=RULE,
        passed=lost <= limit or theirs is None or not _behind(own.after, theirs.after, policy),
        figure=-lost,
        limit=-limit,
        text=_text(own, theirs, policy),
    )


def _behind(ours: Sequence[bool], theirs: Sequence[bool], policy: GatePolicy) -> bool:
    """Whether fewer attacks are kept than the other keeps, by more than the limit and more than chance."""
    gap = loss([float(kept) for kept in ours], [float(kept) for kept in theirs])
    return gap.mean > policy.adversarial_loss and gap.p_value < policy.adversarial_alpha


def _text(own: UnderAttack, theirs: UnderAttack | None, policy: GatePolicy) -> str:
    against, limit = "", f"{policy.adversarial_loss:.3f}"
    if theirs is not None:
        against = f", the champion's from {theirs.recall_before.value:.3f} to {theirs.recall.value:.3f}"
    return (
        f"{_found(own)}{against}; a loss of {limit} is allowed, or to keep as many as the champion: {limit} fewer, "
        f"or more where that may be chance (one-sided sign test, p {policy.adversarial_alpha:.2f} or more)"
    )


def _found(own: UnderAttack) -> str:
    return (
        f"recall {own.recall_before.value:.3f} of {len(own.before)} attacks falls to {own.recall.value:.3f} "
        f"under the worst of up to {own.budget} edits"
    )
