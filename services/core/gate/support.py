"""Whether there is enough to judge by."""

from collections.abc import Iterator, Sequence

from services.core.bundle import GateReason
from services.core.gate.policy import GatePolicy
from services.core.judged import Judged

_SUPPORT = "support_"


def support(holdout: Sequence[Judged], policy: GatePolicy) -> Iterator[GateReason]:
    """The holdout needs so many attacks and so many harmless alerts."""
    attacks = sum(row.is_attack for row in holdout)
    counts = {
        "attacks": (attacks, policy.minimum_attacks),
        "harmless alerts": (len(holdout) - attacks, policy.minimum_harmless),
    }
    for kind, (count, limit) in counts.items():
        yield GateReason(
            rule=f"{_SUPPORT}{kind.split()[0]}",
            passed=count >= limit,
            figure=count,
            limit=limit,
            text=f"the holdout has {count} {kind}, at least {limit} are needed to judge",
        )


def as_told(reasons: Sequence[GateReason]) -> list[GateReason]:
    """The reasons in the order in which they are told: what failed first, that there was enough to judge by last."""
    return sorted(reasons, key=lambda reason: reason.passed + (reason.passed and reason.rule.startswith(_SUPPORT)))


def enough(judged: Sequence[Judged], minimum: int) -> bool:
    """Whether there are that many attacks and that many harmless alerts."""
    attacks = sum(row.is_attack for row in judged)
    return attacks >= minimum and len(judged) - attacks >= minimum


def not_judged(rule: str, why: str, *, figure: float, limit: float) -> GateReason:
    """A rule that has too little behind it: it passes, and says so."""
    return GateReason(rule=rule, passed=True, figure=figure, limit=limit, text=f"not judged: {why}")
