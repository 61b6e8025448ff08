"""Attacks caught: against the champion attack by attack, and a floor for a first model."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from services.core.bundle import GateReason
from services.core.gate.contest import Contestant
from services.core.gate.policy import GatePolicy
from services.core.gate.support import enough
from services.core.judged import Judged
from services.core.paired import Loss, caught, caught_by_group, loss
from services.core.showing import showing

Pair = tuple[Sequence[Judged], Sequence[Judged]]
"""What candidate and champion said about the same examples."""


def without_each_analyst(ours: Sequence[Judged], theirs: Sequence[Judged], policy: GatePolicy) -> Iterator[Pair]:
    """The two models on all examples, then without each analyst's, where enough is left to compare on."""
    yield ours, theirs
    for analyst in sorted(Counter(row.analyst for row in ours)):
        kept = [place for place, row in enumerate(ours) if row.analyst != analyst]
        if enough([ours[place] for place in kept], policy.minimum_apart):
            yield [ours[place] for place in kept], [theirs[place] for place in kept]


def recall_rules(
    pairs: Sequence[Pair], candidate: Contestant, champion: Contestant, policy: GatePolicy
) -> Iterator[GateReason]:
    """Recall over attacks, and averaged over groups of them."""
    by_attack = _worst_loss(pairs, candidate, champion, caught, policy)
    yield _recall("recall", "attacks", by_attack, len(pairs), policy)
    by_group = _worst_loss(pairs, candidate, champion, caught_by_group, policy)
    yield _recall("recall_per_group", "groups of attacks", by_group, len(pairs), policy)


def anchor_recall(candidate: Contestant, champion: Contestant, policy: GatePolicy) -> GateReason:
    """Recall over the anchor set's attacks."""
    pairs = [(candidate.anchor, champion.anchor)]
    found = _worst_loss(pairs, candidate, champion, caught, policy)
    return _recall("anchor_recall", "anchor attacks", found, 1, policy)


def recall_floor(rule: str, judged: Sequence[Judged], threshold: float, where: str, policy: GatePolicy) -> GateReason:
    """Before the first model every attack is shown; whatever comes after must not hide too many."""
    shown = caught(judged, shows=showing(threshold))
    recall = sum(shown) / max(len(shown), 1)
    return GateReason(
        rule=rule,
        passed=recall >= policy.floor_recall,
        figure=recall,
        limit=policy.floor_recall,
        text=f"recall {recall:.3f} on the {where}, at least {policy.floor_recall:.2f} is needed",
    )


def bearable(one: Loss, *, margin: float, limit: float, alpha: float) -> bool:
    """Whether a loss is small, or not large and easily chance."""
    return one.mean <= margin or (one.mean <= limit and one.p_value >= alpha)


def _worst_loss(
    pairs: Sequence[Pair],
    candidate: Contestant,
    champion: Contestant,
    measure: Callable[..., list[float]],
    policy: GatePolicy,
) -> Loss:
    """The comparison in which the candidate does worst: one that fails before one that passes, then by mean."""
    losses = [
        loss(measure(ours, shows=candidate.shows), measure(theirs, shows=champion.shows)) for ours, theirs in pairs
    ]
    return max(losses, key=lambda one: (not _passes(one, policy), one.mean))


def _passes(one: Loss, policy: GatePolicy) -> bool:
    return bearable(one, margin=policy.recall_margin, limit=policy.recall_limit, alpha=policy.recall_alpha)


def _recall(rule: str, kind: str, one: Loss, cases: int, policy: GatePolicy) -> GateReason:
    return GateReason(
        rule=rule,
        passed=_passes(one, policy),
        figure=-one.mean,
        limit=-policy.recall_margin,
        text=(
            f"recall {0 - one.mean:+.3f} against the champion over {one.support} {kind}: {one.lost} lost, {one.gained} "
            f"gained (one-sided sign test p = {one.p_value:.3f}); a loss of {policy.recall_margin:.3f} is allowed, of "
            f"{policy.recall_limit:.3f} where p is {policy.recall_alpha:.2f} or more{said_of(cases)}"
        ),
    )


def said_of(cases: int) -> str:
    """What is said where a rule was also applied without each analyst's verdicts."""
    return f"; worst of all verdicts and of leaving out one analyst ({cases - 1} cases)" if cases > 1 else ""
