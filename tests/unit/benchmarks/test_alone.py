"""Tasks without a stream: no group is on both sides, every alert is judged once, accuracy knows how sure it is."""

from collections.abc import Mapping, Sequence

import pytest

from benchmarks.quality.alone import Told, accuracy, told_apart
from services.core.example import Example
from services.core.judged import Predict, answered
from services.trainer.baselines import Row
from tests.labelled import FP, TP, example


class Fitted:
    """Says of every alert what its title says, and remembers who judged what it had learned of."""

    def __init__(self) -> None:
        self.shared: set[str] = set()
        self.judged: list[str] = []

    def __call__(self, training: Sequence[Example]) -> Mapping[str, Predict]:
        """Fit to these."""
        learned = {one.incident for one in training}

        def predict(examples: Sequence[Example]) -> list[Row]:
            self.shared |= learned & {one.incident for one in examples}
            self.judged += [one.alert.alert_id for one in examples]
            return [_said(0.9 if one.alert.title == "bad" else 0.1) for one in examples]

        return {"title": predict}


def _said(score: float) -> Row:
    return (score, (1 - score) / 2, (1 - score) / 2)


def _told(fit: Fitted) -> Told:
    """Forty alerts in ten groups; a fourth of the attacks look harmless."""
    alerts = [example(number, FP).alert for number in range(40)]
    labelled = [
        (
            alert.model_copy(update={"title": "bad" if number % 2 and number % 8 != 7 else "good"}),
            "attack" if number % 2 else "benign",
            str(number // 4),
        )
        for number, alert in enumerate(alerts)
    ]
    (told,) = told_apart("task", labelled, fit)
    return told


def test_every_alert_is_judged_once_by_who_learned_nothing_of_its_group() -> None:
    """Else a rule's other alerts would give the answer away."""
    fit = Fitted()
    _told(fit)
    assert not fit.shared
    assert len(fit.judged) == len(set(fit.judged)) == 40


def test_what_was_told_apart_is_counted_over_all_folds() -> None:
    """35 of 40 are called what they are."""
    told = _told(Fitted())
    assert told.accuracy.value == pytest.approx(35 / 40)
    assert told.accuracy.support == 40
    assert told.average_precision.value > 0.8


def test_accuracy_is_less_sure_where_alerts_stand_or_fall_together() -> None:
    """A hundred alerts in two groups say less than a hundred in a hundred."""
    apart = [example(number, TP if number % 2 else FP, incident=str(number)) for number in range(100)]
    together = [example(number, TP if number % 2 else FP, incident=str(number // 50)) for number in range(100)]
    wide, narrow = (
        accuracy(answered(lambda rows: [_said(0.9)] * len(rows), examples)) for examples in (together, apart)
    )
    assert narrow.value == wide.value == pytest.approx(0.5)
    assert 0 < narrow.high - narrow.low < 0.3
    half_right = accuracy(
        answered(lambda rows: [_said(0.9 if int(one.incident) else 0.1) for one in rows], together[1::2])
    )
    assert (half_right.low, half_right.high) == (0.0, 1.0)
