"""How sure a figure is: 95 % intervals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import sqrt
from random import Random
from typing import TypeVar

from services.core.bundle import Estimate

KeyT = TypeVar("KeyT")
"""What names a figure."""
_Z = 1.959963984540054
"""The standard normal's 97.5 % point."""


def wilson(hits: float, of: int) -> Estimate:
    """A proportion with its score interval (Wilson 1927, "Probable inference", JASA 22).

    It takes the trials for independent. Without a trial the value is 0 and the interval everything.
    """
    if not of:
        return Estimate(value=0.0, low=0.0, high=1.0)
    share, z2 = hits / of, _Z * _Z
    centre = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    low, high = max(min(centre - half, share), 0.0), min(max(centre + half, share), 1.0)
    return Estimate(value=share, low=low, high=high, support=of)


def bootstrap(
    statistics: Callable[[Sequence[int]], Mapping[KeyT, float]], *, groups: int, seed: int, resamples: int = 200
) -> dict[KeyT, tuple[float, float]]:
    """Percentile intervals from resampling whole groups, for what lies in one group is not independent.

    `statistics` is given how often each group was drawn (Efron and Tibshirani 1993, chapters 13 and 17).
    """
    values: dict[KeyT, list[float]] = {}
    for weights in resampled(groups=groups, seed=seed, resamples=resamples):
        for name, value in statistics(weights).items():
            values.setdefault(name, []).append(value)
    return {name: (_quantile(sorted(drawn), 0.025), _quantile(sorted(drawn), 0.975)) for name, drawn in values.items()}


def resampled(*, groups: int, seed: int, resamples: int) -> Iterator[list[int]]:
    """How often each group was drawn, when as many are drawn as there are; the same draws for the same seed."""
    random = Random(seed)  # noqa: S311  a simulation, not a secret
    for _ in range(resamples):
        weights = [0] * groups
        for drawn in random.choices(range(groups), k=groups):
            weights[drawn] += 1
        yield weights


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[round(share * (len(ordered) - 1))]


def around(value: float, interval: tuple[float, float], *, support: int) -> Estimate:
    """A figure with an interval, widened where a coarse resampling left the figure itself out."""
    return Estimate(value=value, low=min(interval[0], value), high=max(interval[1], value), support=support)
