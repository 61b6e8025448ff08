"""What a model says of examples, set beside their truth, for figures that do not ask what training had met."""

from collections.abc import Sequence

from services.core.example import Example
from services.core.judged import Judged, Met, judged_by
from services.trainer.baselines import Predict

_NOTHING = Met(rules=frozenset(), hosts=frozenset())


def answers(predict: Predict, examples: Sequence[Example]) -> tuple[Judged, ...]:
    """The model's answers; all of them as of rules and hosts that it had not met."""
    return judged_by(examples, predict(examples), met=_NOTHING)
