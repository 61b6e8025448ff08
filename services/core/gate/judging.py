"""All rules in their order."""

from collections.abc import Iterator

from services.core.bundle import GateReason
from services.core.gate.adversarial import adversarial_rule
from services.core.gate.anchor import anchor_rules
from services.core.gate.calibration import calibration_rule
from services.core.gate.collapse import collapse_rules
from services.core.gate.contest import Contest, Contestant, GateOutcome
from services.core.gate.cost import cost_rules
from services.core.gate.policy import GatePolicy
from services.core.gate.quality import first_model, first_order, quality_rules
from services.core.gate.recall import recall_floor, recall_rules, without_each_analyst
from services.core.gate.saved import saved_rule
from services.core.gate.support import support


def judge(contest: Contest, *, policy: GatePolicy) -> GateOutcome:
    """Hold the candidate against the champion, or against the baselines where there is none.

    Raises:
        ValueError: the contestants did not judge the same examples.
    """
    contest.require_same_examples()
    candidate, champion = contest.candidate, contest.champion
    compared = _first(contest, policy) if champion is None else _against(candidate, champion, policy)
    reasons = [
        *support(candidate.holdout, policy),
        *compared,
        *anchor_rules(candidate, champion, policy),
        calibration_rule(candidate, champion, policy),
        *cost_rules(candidate, champion, policy),
        adversarial_rule(candidate, champion, policy),
    ]
    return GateOutcome(reasons=tuple(reasons))


def _first(contest: Contest, policy: GatePolicy) -> Iterator[GateReason]:
    candidate = contest.candidate
    yield first_model(contest, policy)
    yield first_order(candidate)
    yield recall_floor("first_recall", candidate.holdout, candidate.threshold, "holdout", policy)


def _against(candidate: Contestant, champion: Contestant, policy: GatePolicy) -> Iterator[GateReason]:
    pairs = list(without_each_analyst(candidate.holdout, champion.holdout, policy))
    yield from recall_rules(pairs, candidate, champion, policy)
    yield from quality_rules(pairs, candidate, champion, policy)
    yield saved_rule(candidate, champion, policy)
    yield from collapse_rules(candidate, champion, policy)
