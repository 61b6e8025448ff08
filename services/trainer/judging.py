"""Candidate, champion and baselines on the same held-out examples, and the gate's verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.core.bundle import Estimate, GateReason
from services.core.errors import BundleError
from services.core.example import Example
from services.core.gate import Contest, Contestant, GateOutcome, GatePolicy, judge
from services.core.metrics import Evaluation, Judged, Met, choose_threshold, evaluate, judged_by
from services.core.robustness import Limits, adversarial_recall
from services.core.splits import Split
from services.trainer.adversarial.sample import sampled
from services.trainer.adversarial.search import under_attack
from services.trainer.baselines import TFIDF_CONTEXT, Baseline
from services.trainer.report.run_report import Measured

Predict = Callable[[Sequence[Example]], Sequence[Sequence[float]]]
_RESAMPLES, _FEW_RESAMPLES = 200, 50
"""Of the bootstrap behind the intervals; a baseline's are only drawn beside the others'."""
COMPARED = ("precision", "recall", "f1", "average_precision", "roc_auc")
"""The figures that are also recorded of champion and baselines."""
_ALSO_ATTACKED = TFIDF_CONTEXT
"""The baseline that is attacked as the models are, the best of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the gate decided, and every contestant's figures on holdout and anchor set."""

    outcome: GateOutcome
    candidate: Measured
    champion: Measured | None
    baselines: dict[str, Measured]

    @property
    def threshold(self) -> float:
        """The candidate's threshold on P(true_positive)."""
        return self.candidate.holdout.threshold

    @property
    def metrics(self) -> dict[str, Estimate]:
        """All figures by name: the candidate's bare, others as `champion.f1`, `baseline.tfidf.f1`, `anchor.recall`."""
        found = dict(self.candidate.holdout.metrics)
        others = {f"baseline.{name}": measured.holdout for name, measured in self.baselines.items()}
        if self.champion is not None:
            others["champion"] = self.champion.holdout
        if self.candidate.anchor is not None:
            others["anchor"] = self.candidate.anchor
        for name, evaluation in others.items():
            found |= {f"{name}.{metric}": evaluation.metrics[metric] for metric in COMPARED}
        return found | self._adversarial

    @property
    def _adversarial(self) -> dict[str, Estimate]:
        """Under attack: `adversarial.recall`, `adversarial.loss`, each edit's success, and the others' recall."""
        models = {"champion": self.champion, **{f"baseline.{name}": one for name, one in self.baselines.items()}}
        own = self.candidate.attacked.metrics if self.candidate.attacked is not None else {}
        return {f"adversarial.{name}": figure for name, figure in own.items()} | {
            f"{name}.adversarial.recall": model.attacked.recall
            for name, model in models.items()
            if model is not None and model.attacked is not None
        }


class Court:
    """Judges on one split; up to `adversarial_alerts` attacks of the holdout are also tried with edits."""

    def __init__(self, split: Split, *, seed: int, adversarial_alerts: int = 0) -> None:
        self._split, self._seed = split, seed
        self._met = Met.in_training(split.training)
        self._attacks = sampled(split.holdout, limit=adversarial_alerts, seed=seed)

    def threshold(self, predict: Predict) -> float:
        """The candidate's threshold, chosen on the validation part."""
        return choose_threshold(judged_by(self._split.validation, predict(self._split.validation), met=self._met))

    def contestant(self, predict: Predict, *, threshold: float, is_attacked: bool = True) -> Contestant:
        """What a model says of holdout and anchor set, and of edited attacks."""
        is_attacked = is_attacked and bool(self._attacks)
        return Contestant(
            threshold=threshold,
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
        """Apply the gate. A champion that cannot be judged any more is as none, and a reason says so."""
        unusable = champion if isinstance(champion, BundleError) else None
        rival = champion if isinstance(champion, Contestant) else None
        others = {
            baseline.name: self.contestant(
                baseline.probabilities, threshold=baseline.threshold, is_attacked=baseline.name == _ALSO_ATTACKED
            )
            for baseline in baselines
        }
        outcome = judge(Contest(candidate=candidate, champion=rival, baselines=others), policy=policy)
        outcome = GateOutcome(reasons=(*outcome.reasons, _under_attack(candidate, rival, policy)))
        if unusable is not None:
            outcome = GateOutcome(reasons=(*outcome.reasons, _unusable(unusable)))
        return Judgement(
            outcome=outcome,
            candidate=self._measured(candidate, resamples=_RESAMPLES),
            champion=self._measured(rival, resamples=_RESAMPLES) if rival is not None else None,
            baselines={name: self._measured(other, resamples=_FEW_RESAMPLES) for name, other in others.items()},
        )

    def _measured(self, contestant: Contestant, *, resamples: int) -> Measured:
        def on(judged: Sequence[Judged]) -> Evaluation:
            return evaluate(judged, threshold=contestant.threshold, seed=self._seed, resamples=resamples)

        return Measured(
            holdout=on(contestant.holdout),
            anchor=on(contestant.anchor) if contestant.anchor else None,
            attacked=contestant.attacked,
        )


def _under_attack(candidate: Contestant, champion: Contestant | None, policy: GatePolicy) -> GateReason:
    return adversarial_recall(
        candidate.attacked,
        champion.attacked if champion is not None else None,
        limits=Limits(loss=policy.adversarial_loss, minimum=policy.minimum_attacks),
    )


def _unusable(error: BundleError) -> GateReason:
    return GateReason(rule="champion", passed=True, text=f"the model in service cannot be judged: {error}"[:1024])
