"""Each scenario left out in turn: learned from the others, with a threshold that they alone chose.

The threshold for 99 % recall is the one that would have reached it on the training scenarios together, each judged by a
model of the other two; no alert of the left-out scenario has part in it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from benchmarks.quality.scenarios import Scenario
from services.core.detection import Detection, detections
from services.core.example import Example
from services.core.judged import Judged, Predict, answered
from services.core.metrics import choose_threshold, evaluate, threshold_with_recall
from services.core.sheet import Ranked

RECALL = 0.99
"""What the threshold for saving alerts is chosen for."""
Fit = Callable[[Sequence[Example]], Mapping[str, Predict]]
"""Fits every contender, by name, to the same examples."""


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
    steps: tuple[Detection, ...]


class LeftOut:
    """The protocol over all scenarios; models are fitted once for each set of scenarios they learn from."""

    def __init__(self, scenarios: Mapping[str, Scenario], fit: Fit) -> None:
        self._scenarios = scenarios
        self._fitted = cache(lambda names: fit([one for name in names for one in scenarios[name].thinned]))

    def outcomes_of(self, name: str) -> list[Outcome]:
        """Every contender on one left-out scenario."""
        others = tuple(other for other in self._scenarios if other != name)
        return [self._outcome(contender, model, name, others) for contender, model in self._fitted(others).items()]

    def _outcome(self, contender: str, model: Predict, name: str, others: tuple[str, ...]) -> Outcome:
        scenario = self._scenarios[name]
        stream = answered(model, scenario.stream)
        thinned = [stream[place] for place in scenario.places]
        known = self._held_out(contender, others)
        threshold = threshold_with_recall(known, recall=RECALL)
        metrics = evaluate(thinned, threshold=choose_threshold(known, beta=1.0)).metrics
        saved, recall = _saved_and_recall(thinned, threshold)
        stream_saved, stream_recall = _saved_and_recall(stream, threshold)
        return Outcome(
            contender=contender,
            scenario=name,
            average_precision=metrics["average_precision"].value,
            interval=(metrics["average_precision"].low, metrics["average_precision"].high),
            f1=metrics["f1"].value,
            saved=saved,
            recall=recall,
            stream_saved=stream_saved,
            stream_recall=stream_recall,
            steps=detections(stream, threshold=threshold),
        )

    def _held_out(self, contender: str, names: tuple[str, ...]) -> list[Judged]:
        """The training scenarios, each judged by a model of the others."""
        judged: list[Judged] = []
        for name in names:
            rest = tuple(other for other in names if other != name)
            judged += answered(self._fitted(rest)[contender], self._scenarios[name].thinned)
        return judged


def _saved_and_recall(judged: Sequence[Judged], threshold: float) -> tuple[float, float]:
    """The share of alerts that are not shown, and of attacks that are."""
    hits, shown, attacks = Ranked(judged, threshold=threshold).all.totals()
    return 1 - shown / len(judged), hits / max(attacks, 1)
