"""No source and no tactic may be given up, however well the rest is done."""

from collections.abc import Iterator, Mapping, Sequence

from services.core.breakdown import DIMENSIONS
from services.core.bundle import GateReason
from services.core.gate.contest import Contestant
from services.core.gate.policy import GatePolicy
from services.core.gate.recall import bearable
from services.core.gate.support import not_judged
from services.core.judged import Judged
from services.core.paired import Loss, caught, loss

PARTS = ("source", "tactic")
"""The dimensions along which recall must not collapse."""


def collapse_rules(candidate: Contestant, champion: Contestant, policy: GatePolicy) -> Iterator[GateReason]:
    """For each dimension, the worst of its values that have enough attacks."""
    for dimension in PARTS:
        attacks = _attacks(dimension, candidate.holdout)
        enough = {value: places for value, places in attacks.items() if len(places) >= policy.part_attacks}
        losses = {value: _loss(places, candidate, champion) for value, places in sorted(enough.items())}
        yield _worst(dimension, losses, policy) if losses else _unsupported(dimension, attacks, policy)


def _attacks(dimension: str, holdout: Sequence[Judged]) -> dict[str, list[int]]:
    """The places of the attacks by the dimension's values."""
    places: dict[str, list[int]] = {}
    for place, row in enumerate(holdout):
        if row.is_attack:
            for value in filter(None, DIMENSIONS[dimension](row)):
                places.setdefault(value, []).append(place)
    return places


def _loss(places: Sequence[int], candidate: Contestant, champion: Contestant) -> Loss:
    """What the candidate loses on these places of the holdout."""
    ours = caught([candidate.holdout[place] for place in places], shows=candidate.shows)
    theirs = caught([champion.holdout[place] for place in places], shows=champion.shows)
    return loss(ours, theirs)


def _worst(dimension: str, losses: dict[str, Loss], policy: GatePolicy) -> GateReason:
    """The value on which the candidate does worst: one that fails before one that passes, then by mean."""
    alpha = policy.recall_alpha / len(losses)

    def passes(one: Loss) -> bool:
        return bearable(one, margin=policy.part_margin, limit=policy.part_limit, alpha=alpha)

    value, one = max(losses.items(), key=lambda item: (not passes(item[1]), item[1].mean))
    return GateReason(
        rule=f"collapse_{dimension}",
        passed=passes(one),
        figure=-one.mean,
        limit=-policy.part_margin,
        text=(
            f"recall {0 - one.mean:+.3f} against the champion over {one.support} attacks of {dimension} {value}: "
            f"{one.lost} lost, {one.gained} gained (one-sided sign test p = {one.p_value:.3f}); worst of "
            f"{len(losses)} with {policy.part_attacks} attacks or more, a loss of {policy.part_margin:.2f} is allowed, "
            f"of {policy.part_limit:.2f} where p is {alpha:.3f} or more"
        ),
    )


def _unsupported(dimension: str, attacks: Mapping[str, Sequence[int]], policy: GatePolicy) -> GateReason:
    most = max(map(len, attacks.values()), default=0)
    why = f"no {dimension} has more than {most} attacks, {policy.part_attacks} are needed"
    return not_judged(f"collapse_{dimension}", why, figure=most, limit=policy.part_attacks)
