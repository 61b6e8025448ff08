"""What a model says of examples, set beside their truth, for figures that do not ask what training had met."""

from collections.abc import Sequence

from services.core.example import Example
from services.core.judged import Judged, Met, Predict, judged_by


def answers(predict: Predict, examples: Sequence[Example]) -> tuple[Judged, ...]:
    """The model's answers; all of them as of rules and hosts that it had not met."""
    return judged_by(examples, predict(examples), met=Met())
