"""A candidate in shadow: it has passed the gate and does not serve yet; what analysts say meanwhile judges it again.

Alerts are raised and judged while it waits, so neither model can have learned from them, and nobody chose them. The
trainer scores them with both models' exported graphs, as the classifier would, and applies the gate's rules. What
analysts judge is what the model in service shows them, and what they find elsewhere: an attack that only the candidate
would have shown is seldom among it, so a shadow can refuse a candidate that became worse, and prove none better.
"""

from collections.abc import Sequence

from schemas import Serving
from services.core.bundle import GateReason
from services.core.errors import BundleError
from services.core.example import Example
from services.core.gate import Contest, Contestant, GateOutcome, GatePolicy, judge
from services.core.gate.support import not_judged
from services.core.judged import answered
from services.runtime.errors import StoreError
from services.runtime.store import read_from
from services.trainer.graphs import OnnxModel

_UNUSABLE = (BundleError, FileNotFoundError)
RULE = "shadow"


def judge_in_shadow(
    candidate: Serving, champion: Serving | None, examples: Sequence[Example], *, policy: GatePolicy
) -> GateOutcome:
    """Hold the candidate against the champion on what was judged since.

    With fewer attacks or harmless alerts than the gate needs, what it said before stands. A candidate that cannot be
    loaded is refused, a champion that cannot is as none; then the floors and baselines of a first model, which the gate
    has asked for, are not asked for again, for there are no baselines here.

    Raises:
        StoreError: the store does not answer.
    """
    attacks = sum(one.is_attack for one in examples)
    harmless = len(examples) - attacks
    try:
        model = _load(candidate)
        if attacks < policy.minimum_attacks or harmless < policy.minimum_harmless:
            return GateOutcome(reasons=(_too_few(attacks, harmless, policy),))
        own = _contestant(model, examples)
    except _UNUSABLE as error:
        text = f"the candidate cannot be run: {error}"
        return GateOutcome(reasons=(GateReason(rule=RULE, passed=False, text=text[:1024]),))
    return judge(Contest(candidate=own, champion=_rival(champion, examples), baselines=None), policy=policy)


def _too_few(attacks: int, harmless: int, policy: GatePolicy) -> GateReason:
    why = (
        f"{attacks} attacks and {harmless} harmless alerts were raised and judged in shadow, "
        f"{policy.minimum_attacks} and {policy.minimum_harmless} are needed"
    )
    return not_judged(RULE, why, figure=attacks, limit=policy.minimum_attacks)


def _rival(champion: Serving | None, examples: Sequence[Example]) -> Contestant | None:
    try:
        return _contestant(_load(champion), examples) if champion is not None else None
    except _UNUSABLE:
        return None


def _load(serving: Serving) -> OnnxModel:
    def read(name: str) -> bytes:
        try:
            return read_from(serving.uri, name)
        except StoreError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise error.__cause__ from error  # gone for good, where a store that does not answer will again
            raise

    return OnnxModel.load(read, expected_sha256=serving.manifest_sha256)


def _contestant(model: OnnxModel, examples: Sequence[Example]) -> Contestant:
    return Contestant(
        threshold=model.threshold, decisions=model.decisions, holdout=answered(model.probabilities, examples)
    )
