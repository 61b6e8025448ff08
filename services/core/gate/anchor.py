"""The anchor set: older verdicts that two analysts confirmed, and that the candidate did not learn from.

A champion may have learned from one that was confirmed only after its run: it is then somewhat favoured here.
"""

from collections.abc import Iterator

from services.core.bundle import GateReason
from services.core.gate.contest import Contestant
from services.core.gate.policy import GatePolicy
from services.core.gate.quality import anchor_average_precision
from services.core.gate.recall import anchor_recall, recall_floor
from services.core.gate.support import enough, not_judged


def anchor_rules(candidate: Contestant, champion: Contestant | None, policy: GatePolicy) -> Iterator[GateReason]:
    """Against the champion, or for a first model the floor."""
    if not enough(candidate.anchor, policy.minimum_apart):
        yield _too_few(candidate, policy)
    elif champion is None:
        yield recall_floor("anchor_recall", candidate.anchor, candidate.threshold, "anchor set", policy)
    else:
        yield anchor_recall(candidate, champion, policy)
        yield anchor_average_precision(candidate, champion, policy)


def _too_few(candidate: Contestant, policy: GatePolicy) -> GateReason:
    attacks = sum(row.is_attack for row in candidate.anchor)
    harmless = len(candidate.anchor) - attacks
    why = (
        f"the anchor set has {attacks} attacks and {harmless} harmless alerts, "
        f"{policy.minimum_apart} of each are needed"
    )
    return not_judged("anchor", why, figure=min(attacks, harmless), limit=policy.minimum_apart)
