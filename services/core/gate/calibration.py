"""A probability must mean about what it says: thresholds chosen once are kept for weeks."""

from collections.abc import Sequence

from services.core.bundle import GateReason
from services.core.gate.contest import Contestant
from services.core.gate.policy import GatePolicy
from services.core.gate.support import not_judged
from services.core.intervals import bootstrap
from services.core.sheet import Sheet

RULE = "calibration_error"
_SEED = 0


def calibration_rule(candidate: Contestant, champion: Contestant | None, policy: GatePolicy) -> GateReason:
    """Whether the calibration error is within the limit, as far as it can be told, or no larger than the champion's.

    Over few alerts the error is never small: its ten bins add up what is chance in each.
    """
    alerts = len(candidate.holdout)
    if alerts < policy.calibration_alerts:
        why = f"the holdout has {alerts} alerts, {policy.calibration_alerts} are needed"
        return not_judged(RULE, why, figure=alerts, limit=policy.calibration_alerts)
    sheet = Sheet(candidate.holdout, threshold=candidate.threshold)
    error, low = sheet.calibration_error(sheet.ones), _low(sheet)
    theirs = _error(champion) if champion is not None else 0.0
    against = f"; the champion's is {theirs:.3f}" if champion is not None else ""
    return GateReason(
        rule=RULE,
        passed=error <= theirs or min(error, low) <= policy.calibration_limit,
        figure=error,
        limit=policy.calibration_limit,
        text=(
            f"calibration error {error:.3f}, surely {low:.3f} or more; surely more than "
            f"{policy.calibration_limit:.2f} is only allowed where the champion's is as large{against}"
        ),
    )


def _error(contestant: Contestant) -> float:
    sheet = Sheet(contestant.holdout, threshold=contestant.threshold)
    return sheet.calibration_error(sheet.ones)


def _low(sheet: Sheet) -> float:
    """The lower end of the error's 95 % interval."""

    def statistics(group_weights: Sequence[int]) -> dict[str, float]:
        return {RULE: sheet.calibration_error(group_weights)}

    return bootstrap(statistics, groups=len(sheet.names), seed=_SEED)[RULE][0]
