"""The protocol of the quality benchmark: what is judged took no part in what judges it."""

from collections.abc import Mapping, Sequence

import pytest

from benchmarks.quality.left_out import LeftOut, Outcome
from benchmarks.quality.scenarios import Scenario
from services.core.example import Example
from services.core.judged import Predict
from services.trainer.baselines import Row
from tests.labelled import FP, TP, example


def scenario(place: int, scores: Mapping[int, float]) -> Scenario:
    """Ten alerts of which the first four are attacks of one step; all but the first six are thinned away."""
    name = f"s{place}"
    examples = [
        example(100 * place + number, TP if number < 4 else FP, host=name, incident=f"{name} scan" * (number < 4))
        for number in range(10)
    ]
    SCORES.update({one.alert.alert_id: scores.get(number, 0.2) for number, one in enumerate(examples)})
    return Scenario(name=name, stream=tuple(examples), places=tuple(range(6)))


SCORES: dict[str, float] = {}
SCENARIOS = {
    "s1": scenario(1, {0: 0.9, 1: 0.9, 2: 0.8, 3: 0.6}),
    "s2": scenario(2, {0: 0.9, 1: 0.9, 2: 0.9, 3: 0.4, 4: 0.3}),
    "s3": scenario(3, {0: 0.9, 1: 0.5, 2: 0.45, 3: 0.1, 4: 0.7, 9: 0.95}),
}


class Fitted:
    """Fits one contender that says what the table says, and remembers what each was fitted to and asked about."""

    def __init__(self) -> None:
        self.calls: list[set[str]] = []
        self.judged: list[tuple[set[str], set[str]]] = []

    def __call__(self, training: Sequence[Example]) -> Mapping[str, Predict]:
        """Fit to these."""
        learned = {one.alert.entities.host.name for one in training}
        self.calls.append(learned)

        def predict(examples: Sequence[Example]) -> list[Row]:
            self.judged.append((learned, {one.alert.entities.host.name for one in examples}))
            scores = [SCORES[one.alert.alert_id] for one in examples]
            return [(score, (1 - score) / 2, (1 - score) / 2) for score in scores]

        return {"table": predict}


def outcome(fit: Fitted) -> Outcome:
    """The third scenario left out."""
    (found,) = LeftOut(SCENARIOS, fit).outcomes_of("s3")
    return found


def test_no_model_judges_what_it_learned_from() -> None:
    """The left-out scenario by a model of the others, each of these by a model of the rest."""
    fit = Fitted()
    outcome(fit)
    assert fit.calls == [{"s1", "s2"}, {"s2"}, {"s1"}]
    assert fit.judged == [({"s1", "s2"}, {"s3"}), ({"s2"}, {"s1"}), ({"s1"}, {"s2"})]


def test_thresholds_come_from_the_other_scenarios() -> None:
    """Theirs shows all of their attacks from 0.35 on: of the left-out one's three of four, beside one of two others."""
    found = outcome(Fitted())
    assert (found.saved, found.recall) == pytest.approx((1 - 4 / 6, 3 / 4))
    assert found.f1 == pytest.approx(2 * 3 / (4 + 4))
    assert found.average_precision == pytest.approx((1 + 2 / 3 + 3 / 4 + 4 / 6) / 4)
    assert found.interval[0] <= found.average_precision <= found.interval[1]


def test_the_whole_stream_has_figures_of_its_own() -> None:
    """Of ten alerts five are shown; its step is noticed by its first alert."""
    found = outcome(Fitted())
    assert (found.stream_saved, found.stream_recall) == pytest.approx((0.5, 3 / 4))
    (step,) = found.steps
    assert (step.group, step.alerts, step.shown, step.first, step.seconds) == ("s3 scan", 4, 3, 1, 0.0)
