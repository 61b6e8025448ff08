"""Alerts saved at 99 % recall must improve or hold: what analysts get from a model, whatever its threshold."""

from collections.abc import Sequence

from services.core.bundle import GateReason
from services.core.gate.contest import Contestant
from services.core.gate.policy import GatePolicy
from services.core.gate.support import not_judged
from services.core.intervals import resampled
from services.core.sheet import SAVED_AT, SAVED_AT_99, Ranked

RULE = SAVED_AT_99
RECALL = SAVED_AT[SAVED_AT_99]
_RESAMPLES, _SEED = 200, 0


def saved_rule(candidate: Contestant, champion: Contestant, policy: GatePolicy) -> GateReason:
    """Whether as many alerts can be saved as with the champion.

    The figure hangs on the lowest-ranked attacks, a wrong verdict among them moves it far. So a loss only counts where
    it comes back when groups are drawn anew, with or without that verdict.
    """
    ours = Ranked(candidate.holdout, threshold=candidate.threshold)
    theirs = Ranked(champion.holdout, threshold=champion.threshold)
    attacks = ours.all.totals()[2]
    if attacks < policy.saved_attacks:
        why = f"the holdout has {attacks} attacks, {policy.saved_attacks} are needed"
        return not_judged(RULE, why, figure=attacks, limit=policy.saved_attacks)

    def lost(group_weights: Sequence[int]) -> float:
        return theirs.tally(group_weights).saved(RECALL) - ours.tally(group_weights).saved(RECALL)

    loss, chance = lost(ours.ones), None
    if loss > policy.saved_margin:
        draws = [lost(weights) for weights in resampled(groups=len(ours.names), seed=_SEED, resamples=_RESAMPLES)]
        chance = sum(drawn <= policy.saved_margin for drawn in draws) / len(draws)
    return _reason(loss, chance, attacks, policy)


def _reason(loss: float, chance: float | None, attacks: int, policy: GatePolicy) -> GateReason:
    """`chance` is the share of resamples in which the loss is within the margin; None where none had to be drawn."""
    drawn = "" if chance is None else f", within the margin in {chance:.0%} of resamples"
    return GateReason(
        rule=RULE,
        passed=chance is None or chance >= policy.saved_alpha,
        figure=-loss,
        limit=-policy.saved_margin,
        text=(
            f"alerts saved at 99 % recall {0 - loss:+.3f} against the champion over {attacks} attacks{drawn}; "
            f"a loss of {policy.saved_margin:.3f} is allowed, a larger one where it is within that in "
            f"{policy.saved_alpha:.0%} of resamples or more"
        ),
    )
