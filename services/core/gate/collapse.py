"""No source and no tactic may be given up, however well the rest is done."""

from collections.abc import Iterator, Sequence

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
        losses = dict(_losses(dimension, candidate, champion, policy.part_attacks))
        yield _worst(dimension, losses, policy) if losses else _unsupported(dimension, candidate.holdout, policy)


def _losses(dimension: str, candidate: Contestant, champion: Contestant, minimum: int) -> Iterator[tuple[str, Loss]]:
    places: dict[str, list[int]] = {}
    for place, row in enumerate(candidate.holdout):
        if row.is_attack:
            for value in filter(None, DIMENSIONS[dimension](row)):
                places.setdefault(value, []).append(place)
    for value, chosen in sorted(places.items()):
        if len(chosen) >= minimum:
            ours = caught([candidate.holdout[place] for place in chosen], threshold=candidate.threshold)
            theirs = caught([champion.holdout[place] for place in chosen], threshold=champion.threshold)
            yield value, loss(ours, theirs)


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


def _unsupported(dimension: str, holdout: Sequence[Judged], policy: GatePolicy) -> GateReason:
    counts: dict[str, int] = {}
    for row in holdout:
        if row.is_attack:
            for value in filter(None, DIMENSIONS[dimension](row)):
                counts[value] = counts.get(value, 0) + 1
    most = max(counts.values(), default=0)
    why = f"no {dimension} has more than {most} attacks, {policy.part_attacks} are needed"
    return not_judged(f"collapse_{dimension}", why, figure=most, limit=policy.part_attacks)
