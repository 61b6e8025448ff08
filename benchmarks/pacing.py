"""Sending at a steady rate: an open loop, which does not wait for whoever answers."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def paced(items: Iterable[T], *, rate: float) -> Iterator[T]:
    """The items, so many a second, each when its time has come; all at once where the rate is 0."""
    began = time.perf_counter()
    for number, item in enumerate(items):
        if rate:
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        yield item
