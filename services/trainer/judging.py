"""Candidate, champion and baselines on the same held-out examples, and the gate's verdict."""

from collections.abc import Mapping, Sequence

from services.core.achieved import achieved
from services.core.bands import Decisions
from services.core.bundle import Estimate, GateReason
from services.core.decisions import DecisionPolicy, fit_decisions
from services.core.differences import Answers, differences
from services.core.errors import BundleError
from services.core.gate import Contest, Contestant, Footprint, GateOutcome, GatePolicy, judge
from services.core.judged import Predict
from services.core.metrics import Evaluation, Judged, Met, evaluate, judged_by
from services.core.sheet import MISS_COST
from services.core.splits import Split
from services.trainer.adversarial.sample import sampled
from services.trainer.adversarial.search import under_attack
from services.trainer.baselines import TFIDF_CONTEXT, Baseline
from services.trainer.judgement import Judgement
from services.trainer.report.run_report import Measured

_RESAMPLES, _FEW_RESAMPLES = 200, 50
"""Of the bootstrap behind the intervals; a baseline's are only drawn beside the others'."""
_ALSO_ATTACKED = TFIDF_CONTEXT
"""The baseline that is attacked as the models are, the best of them."""


class Court:
    """Judges on one split; a missed attack costs `miss_cost` false alarms.

    Up to `adversarial_alerts` attacks of the holdout are also tried with edits.
    """

    def __init__(self, split: Split, *, seed: int, miss_cost: float = MISS_COST, adversarial_alerts: int = 0) -> None:
        self._split, self._seed, self._miss_cost = split, seed, miss_cost
        self._met = Met.in_training(split.training)
        self._attacks = sampled(split.holdout, limit=adversarial_alerts, seed=seed)

    def tuning(self, predict: Predict) -> tuple[Judged, ...]:
        """What a model says of the part that thresholds are chosen on, to be asked for once."""
        return judged_by(self._split.tuning, predict(self._split.tuning), met=self._met)

    def decisions(self, tuning: Sequence[Judged], *, policy: DecisionPolicy) -> Decisions:
        """What may close, by the calibration part alone: the validation part chose among the network's states.

        Whoever escalates from a threshold on closes only what lies `below` it.
        """
        return fit_decisions(tuning if self._split.calibration else (), policy=policy)

    def contestant(
        self,
        predict: Predict,
        *,
        threshold: float,
        decisions: Decisions | None = None,
        footprint: Footprint | None = None,
        is_attacked: bool = True,
    ) -> Contestant:
        """What a model says of holdout, anchor set and, if it is to be, edited attacks; and what it costs to run."""
        is_attacked = is_attacked and bool(self._attacks)
        return Contestant(
            footprint=footprint,
            threshold=threshold,
            decisions=decisions,
            holdout=judged_by(self._split.holdout, predict(self._split.holdout), met=self._met),
            anchor=judged_by(self._split.anchor, predict(self._split.anchor), met=self._met),
            attacked=under_attack(predict, self._attacks, threshold=threshold) if is_attacked else None,
        )

    def judge(
        self,
        candidate: Contestant,
        *,
        champion: "Contestant | BundleError | None",
        baselines: Sequence[Baseline],
        policy: GatePolicy,
    ) -> Judgement:
        """Apply the gate.

        A champion that cannot be judged any more is as none, and a reason says so.
        """
        unusable = champion if isinstance(champion, BundleError) else None
        rival = champion if isinstance(champion, Contestant) else None
        others = {
            baseline.name: self.contestant(
                baseline.probabilities, threshold=baseline.threshold, is_attacked=baseline.name == _ALSO_ATTACKED
            )
            for baseline in baselines
        }
        outcome = judge(Contest(candidate=candidate, champion=rival, baselines=others), policy=policy)
        if unusable is not None:
            outcome = GateOutcome(reasons=(*outcome.reasons, _unusable(unusable)))
        found = self._differences(candidate, ({"champion": rival} if rival is not None else {}) | others)
        return Judgement(
            outcome=outcome,
            candidate=self._measured(candidate, {}, resamples=_RESAMPLES),
            champion=self._measured(rival, found["champion"], resamples=_RESAMPLES) if rival is not None else None,
            baselines={
                name: self._measured(other, found[name], resamples=_FEW_RESAMPLES) for name, other in others.items()
            },
            decisions=candidate.decisions,
            achieved=achieved(candidate.holdout, decisions=candidate.decisions),
        )

    def _differences(self, candidate: Contestant, others: Mapping[str, Contestant]) -> dict[str, dict[str, Estimate]]:
        answers = {name: Answers(judged=one.holdout, threshold=one.threshold) for name, one in others.items()}
        own = Answers(judged=candidate.holdout, threshold=candidate.threshold)
        return differences(own, answers, seed=self._seed, resamples=_RESAMPLES)

    def _measured(self, contestant: Contestant, against: Mapping[str, Estimate], *, resamples: int) -> Measured:
        def on(judged: Sequence[Judged]) -> Evaluation:
            return evaluate(
                judged,
                threshold=contestant.threshold,
                seed=self._seed,
                resamples=resamples,
                miss_cost=self._miss_cost,
            )

        return Measured(
            holdout=on(contestant.holdout),
            anchor=on(contestant.anchor) if contestant.anchor else None,
            attacked=contestant.attacked,
            footprint=contestant.footprint,
            differences=against,
        )


def _unusable(error: BundleError) -> GateReason:
    return GateReason(rule="champion", passed=True, text=f"the model in service cannot be judged: {error}"[:1024])
