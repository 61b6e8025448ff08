"""Models for benchmarks that train again and again, with the threshold that is best for F2 on the validation part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks import small_model
from benchmarks.quality.contenders import fine_tuned
from services.core.example import Example
from services.core.judged import Predict
from services.core.metrics import Met, choose_threshold, judged_by
from services.core.splits import Split
from services.trainer.baselines import Baseline
from services.trainer.settings import TrainingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """A kind of model; `learn` takes the training and the validation part."""

    name: str
    learn: Callable[[Sequence[Example], Sequence[Example]], Predict]

    def fit(self, parts: Split) -> Baseline:
        """Learn, and choose the threshold on the validation part, which must hold an attack."""
        predict = self.learn(parts.training, parts.validation)
        judged = judged_by(parts.validation, predict(parts.validation), met=Met.in_training(parts.training))
        return Baseline(name=self.name, predict=predict, threshold=choose_threshold(judged))


SMALL = Learner(
    name="small network over TF-IDF of words and context",
    learn=lambda training, _: small_model.learned(training),
)
TRANSFORMER = Learner(
    name="fine-tuned transformer",
    learn=lambda training, validation: fine_tuned(training, validation=validation, settings=TrainingSettings()),
)
