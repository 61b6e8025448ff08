"""Whether a candidate may serve.

The gate is given what every model said about the same examples and applies rules, each with a figure, a limit and a
text. All must pass. What makes it hard to poison:

- A verdict counts only beside others': figures are also taken without the verdicts of each single analyst, and the
  worst case counts, so one careless analyst can neither lift a candidate nor sink a champion.
- Recall is compared attack by attack, also averaged over incidents, and also on the anchor set of older verdicts that
  two analysts confirmed and no candidate learned from.

Every rule can only turn from passed to failed when the candidate catches fewer attacks or ranks them worse.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.core.bundle import GateReason
from services.core.judged import Judged
from services.core.metrics import figures
from services.core.paired import Loss, caught, caught_by_group, loss
from services.core.robustness import UnderAttack

QUALITY = ("average_precision", "f1")
"""What makes one model better than another: order whatever the threshold, and the choice at its own threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePolicy:
    """The limits.

    Support: the holdout needs `minimum_attacks` and `minimum_harmless`; a comparison without one analyst, or on the
    anchor set, counts from `minimum_apart` attacks and harmless alerts on.

    Recall: a loss up to `recall_margin` passes, one above `recall_limit` fails, and one between them fails when it is
    unlikely to be chance (one-sided sign test below `recall_alpha`; a generous level, for a missed attack costs more
    than a model held back).

    Quality: against the champion average precision and F1 may each lose `quality_margin`, `apart_margin` without one
    analyst's verdicts and on the anchor set, which are fewer. A first model must reach `floor_recall` whatever else is
    weak, and the best baseline within `quality_margin`, or else the other floors.

    Under attack `adversarial_loss` is the most recall that attackers' edits may cost (`robustness`).
    """

    minimum_attacks: int = 20
    minimum_harmless: int = 20
    minimum_apart: int = 10
    recall_margin: float = 0.02
    recall_limit: float = 0.06
    recall_alpha: float = 0.2
    quality_margin: float = 0.01
    apart_margin: float = 0.03
    floor_f1: float = 0.7
    floor_average_precision: float = 0.7
    floor_recall: float = 0.7
    adversarial_loss: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """What one model said about the holdout, the anchor set and edited attacks; its threshold on P(true_positive)."""

    threshold: float
    holdout: tuple[Judged, ...]
    anchor: tuple[Judged, ...] = ()
    attacked: UnderAttack | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Candidate, champion (None before the first model) and baselines, all on the same examples in the same order."""

    candidate: Contestant
    champion: Contestant | None = None
    baselines: Mapping[str, Contestant] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOutcome:
    """The verdict on a candidate: every rule, in the order applied, and whether all passed."""

    reasons: tuple[GateReason, ...]

    @property
    def promoted(self) -> bool:
        """Whether the candidate may serve."""
        return all(reason.passed for reason in self.reasons)


def judge(contest: Contest, *, policy: GatePolicy) -> GateOutcome:
    """Hold the candidate against the champion, or against the baselines where there is none.

    Raises:
        ValueError: the contestants did not judge the same examples.
    """
    _require_same_examples(contest)
    candidate, champion = contest.candidate, contest.champion
    reasons = [*_support(candidate.holdout, policy)]
    if champion is None:
        reasons += [_first(contest, policy), _holdout_floor(candidate, policy), *_anchor_floor(candidate, policy)]
    else:
        reasons += [*_against(candidate, champion, policy), *_on_anchor(candidate, champion, policy)]
    return GateOutcome(reasons=tuple(reasons))


def _require_same_examples(contest: Contest) -> None:
    others = [*contest.baselines.values(), *([contest.champion] if contest.champion else [])]
    same = all(_truth(other.holdout) == _truth(contest.candidate.holdout) for other in others)
    champion = contest.champion
    if not same or (champion and _truth(champion.anchor) != _truth(contest.candidate.anchor)):
        raise ValueError("the contestants did not judge the same examples in the same order")


def _truth(judged: Sequence[Judged]) -> list[tuple[str, str]]:
    return [(row.label, row.group) for row in judged]


def _support(holdout: Sequence[Judged], policy: GatePolicy) -> Iterator[GateReason]:
    attacks = sum(row.is_attack for row in holdout)
    counts = {
        "attacks": (attacks, policy.minimum_attacks),
        "harmless alerts": (len(holdout) - attacks, policy.minimum_harmless),
    }
    for kind, (count, limit) in counts.items():
        yield GateReason(
            rule=f"support_{kind.split()[0]}",
            passed=count >= limit,
            figure=count,
            limit=limit,
            text=f"the holdout has {count} {kind}, at least {limit} are needed to judge",
        )


def _first(contest: Contest, policy: GatePolicy) -> GateReason:
    """Before the first model: as good as the best baseline, or good enough."""
    own = _figures(contest.candidate)
    baselines = {name: _figures(baseline) for name, baseline in contest.baselines.items()}
    best = {metric: max((found[metric] for found in baselines.values()), default=1.0) for metric in QUALITY}
    beats = bool(baselines) and all(own[metric] >= best[metric] - policy.quality_margin for metric in QUALITY)
    floors = {"f1": policy.floor_f1, "average_precision": policy.floor_average_precision}
    above = all(own[metric] >= floor for metric, floor in floors.items())
    said = ", ".join(f"{_plain(name)} {own[name]:.3f} (floor {floor:.2f})" for name, floor in floors.items())
    against = f"best baseline: average precision {best['average_precision']:.3f}, F1 {best['f1']:.3f}"
    return GateReason(
        rule="first_model",
        passed=beats or above,
        figure=own["average_precision"],
        limit=min(best["average_precision"] - policy.quality_margin, policy.floor_average_precision),
        text=f"no champion yet: {said}; {against if baselines else 'no baseline'}",
    )


def _against(candidate: Contestant, champion: Contestant, policy: GatePolicy) -> Iterator[GateReason]:
    pairs = list(_without_each_analyst(candidate.holdout, champion.holdout, policy))
    yield _recall("recall", "attacks", _worst_loss(pairs, candidate, champion, caught, policy), len(pairs), policy)
    by_group = _worst_loss(pairs, candidate, champion, caught_by_group, policy)
    yield _recall("recall_per_group", "groups of attacks", by_group, len(pairs), policy)
    ours = [figures(pair[0], threshold=candidate.threshold) for pair in pairs]
    theirs = [figures(pair[1], threshold=champion.threshold) for pair in pairs]
    for metric in QUALITY:
        gaps = [their[metric] - our[metric] for our, their in zip(ours, theirs, strict=True)]
        yield _held(metric, gaps, policy)


def _holdout_floor(candidate: Contestant, policy: GatePolicy) -> GateReason:
    """Before the first model every attack is shown; whatever comes after must not hide too many."""
    return _recall_floor("first_recall", _figures(candidate)["recall"], "holdout", policy)


def _recall_floor(rule: str, recall: float, where: str, policy: GatePolicy) -> GateReason:
    return GateReason(
        rule=rule,
        passed=recall >= policy.floor_recall,
        figure=recall,
        limit=policy.floor_recall,
        text=f"recall {recall:.3f} on the {where}, at least {policy.floor_recall:.2f} is needed",
    )


Pair = tuple[Sequence[Judged], Sequence[Judged]]


def _without_each_analyst(ours: Sequence[Judged], theirs: Sequence[Judged], policy: GatePolicy) -> Iterator[Pair]:
    """The two models on all examples, then without each analyst's, where enough is left to compare on."""
    yield ours, theirs
    for analyst in sorted(Counter(row.analyst for row in ours)):
        kept = [place for place, row in enumerate(ours) if row.analyst != analyst]
        if _enough([ours[place] for place in kept], policy.minimum_apart):
            yield [ours[place] for place in kept], [theirs[place] for place in kept]


def _enough(judged: Sequence[Judged], minimum: int) -> bool:
    attacks = sum(row.is_attack for row in judged)
    return attacks >= minimum and len(judged) - attacks >= minimum


def _worst_loss(
    pairs: Sequence[Pair],
    candidate: Contestant,
    champion: Contestant,
    measure: Callable[..., list[float]],
    policy: GatePolicy,
) -> Loss:
    """The comparison in which the candidate does worst: one that fails before one that passes, then by mean."""
    losses = [
        loss(measure(ours, threshold=candidate.threshold), measure(theirs, threshold=champion.threshold))
        for ours, theirs in pairs
    ]
    return max(losses, key=lambda one: (not _bearable(one, policy), one.mean))


def _bearable(one: Loss, policy: GatePolicy) -> bool:
    if one.mean <= policy.recall_margin:
        return True
    return one.mean <= policy.recall_limit and one.p_value >= policy.recall_alpha


def _recall(rule: str, kind: str, one: Loss, cases: int, policy: GatePolicy) -> GateReason:
    return GateReason(
        rule=rule,
        passed=_bearable(one, policy),
        figure=-one.mean,
        limit=-policy.recall_margin,
        text=(
            f"recall {-one.mean:+.3f} against the champion over {one.support} {kind}: {one.lost} lost, {one.gained} "
            f"gained (one-sided sign test p = {one.p_value:.3f}); a loss of {policy.recall_margin:.3f} is allowed, of "
            f"{policy.recall_limit:.3f} where p is {policy.recall_alpha:.2f} or more{_cases(cases)}"
        ),
    )


def _held(metric: str, gaps: Sequence[float], policy: GatePolicy) -> GateReason:
    """Whether a figure holds on all verdicts (the first gap) and without each analyst's (the others)."""
    margins = [policy.quality_margin] + [policy.apart_margin] * (len(gaps) - 1)
    gap, margin = max(zip(gaps, margins, strict=True), key=lambda pair: pair[0] - pair[1])
    return _quality(metric, gap, margin, rule=metric, cases=len(gaps))


def _quality(metric: str, gap: float, margin: float, *, rule: str, cases: int = 1) -> GateReason:
    return GateReason(
        rule=rule,
        passed=gap <= margin,
        figure=-gap,
        limit=-margin,
        text=f"{_plain(metric)} {-gap:+.3f} against the champion, {-margin:+.3f} is allowed{_cases(cases)}",
    )


def _cases(cases: int) -> str:
    return f"; worst of all verdicts and of leaving out one analyst ({cases - 1} cases)" if cases > 1 else ""


def _on_anchor(candidate: Contestant, champion: Contestant, policy: GatePolicy) -> Iterator[GateReason]:
    if not _enough(candidate.anchor, policy.minimum_apart):
        yield _too_few(candidate.anchor, policy)
        return
    pairs = [(candidate.anchor, champion.anchor)]
    yield _recall("anchor_recall", "anchor attacks", _worst_loss(pairs, candidate, champion, caught, policy), 1, policy)
    theirs = figures(champion.anchor, threshold=champion.threshold)["average_precision"]
    ours = figures(candidate.anchor, threshold=candidate.threshold)["average_precision"]
    yield _quality("average_precision", theirs - ours, policy.apart_margin, rule="anchor_average_precision")


def _anchor_floor(candidate: Contestant, policy: GatePolicy) -> Iterator[GateReason]:
    if not _enough(candidate.anchor, policy.minimum_apart):
        yield _too_few(candidate.anchor, policy)
        return
    recall = figures(candidate.anchor, threshold=candidate.threshold)["recall"]
    yield _recall_floor("anchor_recall", recall, "anchor set", policy)


def _too_few(anchor: Sequence[Judged], policy: GatePolicy) -> GateReason:
    attacks = sum(row.is_attack for row in anchor)
    return GateReason(
        rule="anchor",
        passed=True,
        figure=min(attacks, len(anchor) - attacks),
        limit=policy.minimum_apart,
        text=(
            f"not judged: the anchor set has {attacks} attacks and {len(anchor) - attacks} harmless alerts, "
            f"{policy.minimum_apart} of each are needed"
        ),
    )


def _figures(contestant: Contestant) -> dict[str, float]:
    return figures(contestant.holdout, threshold=contestant.threshold)


def _plain(metric: str) -> str:
    return "F1" if metric == "f1" else metric.replace("_", " ")
