"""Wrong verdicts in what is learned; what is judged by keeps the truth."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from statistics import mean

from benchmarks.poison import at_random, by_one_analyst
from benchmarks.quality.left_out import Fit
from benchmarks.quality.scenarios import Scenario
from services.core.example import Example
from services.core.judged import answered
from services.core.sheet import Ranked

Spoil = Callable[[Sequence[Example]], Sequence[Example]]
_SEED = 1


def wrong(share: float) -> Spoil:
    """A share of all verdicts turned round."""
    return lambda examples: at_random(examples, round(share * len(examples)), Random(_SEED)).examples


def careless(share: float) -> Spoil:
    """One analyst judged so much of everything, and called every alert a false positive."""

    def spoil(examples: Sequence[Example]) -> Sequence[Example]:
        attacks = sum(one.is_attack for one in examples)
        return by_one_analyst(examples, round(share * attacks), Random(_SEED)).examples

    return spoil


NOISES: Mapping[str, Spoil] = {
    "no wrong verdict": wrong(0.0),
    "5 % wrong verdicts": wrong(0.05),
    "10 % wrong verdicts": wrong(0.10),
    "one of five analysts always says false positive": careless(0.2),
}


def average_precisions(scenarios: Mapping[str, Scenario], fit: Fit, spoil: Spoil) -> dict[str, float]:
    """Every contender's average precision, the mean over the scenarios left out in turn."""
    found: dict[str, list[float]] = {}
    for left_out, scenario in scenarios.items():
        learned = [one for name, other in scenarios.items() if name != left_out for one in other.thinned]
        for contender, predict in fit(spoil(learned)).items():
            ranked = Ranked(answered(predict, scenario.thinned), threshold=0.5)
            found.setdefault(contender, []).append(ranked.figures(ranked.ones)["average_precision"])
    return {contender: mean(each) for contender, each in found.items()}
