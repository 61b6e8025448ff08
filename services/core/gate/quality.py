"""Ranking and choice: against the champion, or for a first model against the best baseline."""

from collections.abc import Iterator, Sequence

from services.core.bundle import GateReason
from services.core.gate.contest import Contest, Contestant
from services.core.gate.policy import GatePolicy
from services.core.gate.recall import Pair, said_of
from services.core.gate.support import not_judged
from services.core.intervals import resampled
from services.core.judged import Judged
from services.core.sheet import Ranked

QUALITY = ("average_precision", "f2")
"""What makes one model better than another: order whatever the threshold, and the choice at its own threshold.

F2 is what thresholds are chosen by. By F1, which weighs a miss no more than a false alarm, a candidate that shows more
attacks loses to a champion for that very reason.
"""


_FIRST_MODEL = "first_model"
_CHANCE, _SURE = 0.5, 0.975
_RESAMPLES, _SEED = 200, 0


def first_model(contest: Contest, policy: GatePolicy) -> GateReason:
    """Before the first model: as good as the best baseline, or good enough; not judged where nobody fits baselines."""
    own = _of(contest.candidate)
    baselines = {name: _of(baseline) for name, baseline in (contest.baselines or {}).items()}
    floors = {"f1": policy.floor_f1, "average_precision": policy.floor_average_precision}
    best = {metric: max((found[metric] for found in baselines.values()), default=1.0) for metric in floors}
    figure = own["average_precision"]
    limit = min(best["average_precision"] - policy.quality_margin, policy.floor_average_precision)
    if contest.baselines is None:
        why = "baselines are fitted where a model is trained, not in shadow"
        return not_judged(_FIRST_MODEL, why, figure=figure, limit=limit)
    beats = bool(baselines) and all(own[metric] >= best[metric] - policy.quality_margin for metric in floors)
    above = all(own[metric] >= floor for metric, floor in floors.items())
    said = ", ".join(f"{_plain(name)} {own[name]:.3f} (floor {floor:.2f})" for name, floor in floors.items())
    against = (
        f"best of {len(baselines)} baselines: average precision {best['average_precision']:.3f}, F1 {best['f1']:.3f}"
    )
    return GateReason(
        rule=_FIRST_MODEL,
        passed=beats or above,
        figure=figure,
        limit=limit,
        text=f"no champion yet: {said}; {against if baselines else 'no baseline'}",
    )


def first_order(candidate: Contestant) -> GateReason:
    """Whether attacks are surely ranked before harmless alerts more often than chance would.

    The floors alone do not ask for it: where seven of ten alerts are attacks, a constant answer reaches them. Resamples
    of groups without an attack, or without a harmless alert, have nothing to order and do not count.
    """
    ranked = Ranked(candidate.holdout, threshold=candidate.threshold)
    draws = map(ranked.tally, resampled(groups=len(ranked.names), seed=_SEED, resamples=_RESAMPLES))
    areas = [draw.roc_auc() for draw in draws if draw.holds_both]
    better = sum(area > _CHANCE for area in areas) / max(len(areas), 1)
    area = ranked.tally(ranked.ones).roc_auc()
    return GateReason(
        rule="first_order",
        passed=better >= _SURE,
        figure=area,
        limit=_CHANCE,
        text=f"ROC AUC {area:.3f}, more than chance's {_CHANCE} in {better:.1%} of resamples, {_SURE:.1%} are needed",
    )


def quality_rules(
    pairs: Sequence[Pair], candidate: Contestant, champion: Contestant, policy: GatePolicy
) -> Iterator[GateReason]:
    """Average precision and F2 against the champion."""
    ours = [_figures(pair[0], candidate.threshold) for pair in pairs]
    theirs = [_figures(pair[1], champion.threshold) for pair in pairs]
    for metric in QUALITY:
        gaps = [their[metric] - our[metric] for our, their in zip(ours, theirs, strict=True)]
        yield _held(metric, gaps, policy)


def anchor_average_precision(candidate: Contestant, champion: Contestant, policy: GatePolicy) -> GateReason:
    """Average precision on the anchor set."""
    theirs = _figures(champion.anchor, champion.threshold)["average_precision"]
    ours = _figures(candidate.anchor, candidate.threshold)["average_precision"]
    return _quality("average_precision", theirs - ours, policy.apart_margin, rule="anchor_average_precision")


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
        text=f"{_plain(metric)} {0 - gap:+.3f} against the champion, {-margin:+.3f} is allowed{said_of(cases)}",
    )


def _of(contestant: Contestant) -> dict[str, float]:
    return _figures(contestant.holdout, contestant.threshold)


def _figures(judged: Sequence[Judged], threshold: float) -> dict[str, float]:
    ranked = Ranked(judged, threshold=threshold)
    return ranked.figures(ranked.ones)


def _plain(metric: str) -> str:
    return metric.upper() if metric in {"f1", "f2"} else metric.replace("_", " ")
