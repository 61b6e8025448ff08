"""Each scenario left out in turn: learned from the others, with a threshold that they alone chose.

The threshold for 99 % recall is the one that would have reached it on the training scenarios together, each judged by a
model of the other two; no alert of the left-out scenario has part in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from benchmarks.quality.ait import SCENARIOS, Scenario
from benchmarks.quality.contenders import Model, fit_all
from benchmarks.quality.figures import (
    Scores,
    Step,
    Truth,
    average_precision,
    best_threshold,
    f1,
    recall,
    resampled,
    saved,
    steps,
    threshold_for,
    truth_of,
)
from services.core.example import Example
from services.core.judged import group_of
from services.trainer.settings import TrainingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one contender did on one left-out scenario.

    `f1` is at the threshold with the best F1 on the training scenarios, `saved` and `recall` at the one chosen for
    99 % recall there: on the thinned alerts, and (`stream_…`) on all alerts of the scenario.
    """

    contender: str
    scenario: str
    average_precision: float
    interval: tuple[float, float]
    f1: float
    saved: float
    recall: float
    stream_saved: float
    stream_recall: float
    steps: tuple[Step, ...]


class LeftOut:
    """The protocol over all scenarios; models are fitted once for each set of scenarios they learn from."""

    def __init__(self, scenarios: Mapping[str, Scenario], settings: TrainingSettings) -> None:
        self._scenarios = scenarios
        self._fitted = cache(lambda names: fit_all(self._thinned(names), settings=settings))

    def outcomes_of(self, name: str) -> list[Outcome]:
        """Every contender on one left-out scenario."""
        others = tuple(other for other in SCENARIOS if other != name)
        return [self._outcome(contender, model, name, others) for contender, model in self._fitted(others).items()]

    def _thinned(self, names: Sequence[str]) -> list[Example]:
        return [example for name in names for example in self._scenarios[name].thinned]

    def _outcome(self, contender: str, model: Model, name: str, others: tuple[str, ...]) -> Outcome:
        scenario = self._scenarios[name]
        stream = model(scenario.stream)
        thinned, scores = scenario.thinned, stream[list(scenario.places)]
        truth, all_truth = truth_of(thinned), truth_of(scenario.stream)
        known_truth, known = self._held_out(contender, others)
        threshold = threshold_for(known_truth, known)
        return Outcome(
            contender=contender,
            scenario=name,
            average_precision=average_precision(truth, scores),
            interval=resampled(truth, scores, [group_of(example) for example in thinned]),
            f1=f1(truth, scores, threshold=best_threshold(known_truth, known)),
            saved=saved(scores, threshold=threshold),
            recall=recall(truth, scores, threshold=threshold),
            stream_saved=saved(stream, threshold=threshold),
            stream_recall=recall(all_truth, stream, threshold=threshold),
            steps=tuple(steps(scenario.stream, stream, threshold=threshold)),
        )

    def _held_out(self, contender: str, names: tuple[str, ...]) -> tuple[Truth, Scores]:
        """The truth of the training scenarios, and what a model of the other two says of each."""
        parts = []
        for name in names:
            rest = tuple(other for other in names if other != name)
            thinned = self._scenarios[name].thinned
            parts.append((truth_of(thinned), self._fitted(rest)[contender](thinned)))
        return np.concatenate([truth for truth, _ in parts]), np.concatenate([scores for _, scores in parts])
