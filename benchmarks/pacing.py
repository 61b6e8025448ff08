"""Sending at a rate: an open loop, which does not wait for whoever answers."""

import time
from collections.abc import Iterable, Iterator
from itertools import accumulate, count
from random import Random
from typing import TypeVar

T = TypeVar("T")


def paced(items: Iterable[T], *, rate: float, seed: int | None = None) -> Iterator[T]:
    """The items, so many a second, each when its time has come; all at once where the rate is 0.

    Steadily, or with a `seed` as in a Poisson process, as alerts of many hosts do that know nothing of each other.
    """
    began = time.perf_counter()
    for item, due in zip(items, _times(rate, seed), strict=False):
        if rate:
            time.sleep(max(0.0, began + due - time.perf_counter()))
        yield item


def _times(rate: float, seed: int | None) -> Iterator[float]:
    if not rate or seed is None:
        return (number / rate if rate else 0.0 for number in count())
    random = Random(seed)
    return accumulate(random.expovariate(rate) for _ in count())
