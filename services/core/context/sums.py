"""Counts that fade: each event weighs exp(-age / time constant).

A sum and a time are all that must be kept of a key, however many events it had: the memory is bounded, cheap to bring
up to date and small to write down (Cormode, Shkapenyuk, Srivastava and Xu, "Forward Decay", ICDE 2009).
"""

import operator
from collections import OrderedDict
from collections.abc import Sequence
from math import exp
from typing import NamedTuple

MINUTE, TEN_MINUTES, HOUR, DAY = 60.0, 600.0, 3600.0, 86_400.0
"""Time constants, in seconds."""
FORGOTTEN = 7 * DAY
"""A key that was silent for so long is as if it had never been; what it still weighed is below a thousandth."""


class Past(NamedTuple):
    """What a key held: seconds since it was last added to (None where it is not remembered), and its sums."""

    age: float | None
    sums: tuple[float, ...]


class FadingSums:
    """Sums by key, each with its own time constant; the least recently touched key is forgotten beyond `keys`.

    Times are epoch seconds. Time does not run backwards for a key: what comes late counts as if it came with the
    latest.
    """

    def __init__(self, constants: Sequence[float], *, keys: int) -> None:
        self._constants = tuple(constants)
        self._nothing = Past(None, (0.0,) * len(self._constants))
        self._keys = keys
        self._kept: OrderedDict[str, tuple[float, tuple[float, ...]]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, key: str, weights: Sequence[float], *, at: float) -> Past:
        """Add a weight to each sum of a key, and return what the key held before, as it is at that time."""
        past = self._past(key, at)
        latest = at if past.age != 0.0 else max(at, self._kept[key][0])
        self._kept[key] = latest, tuple(map(operator.add, past.sums, weights))
        self._kept.move_to_end(key)
        if len(self._kept) > self._keys:
            self._kept.popitem(last=False)
        return past

    def _past(self, key: str, at: float) -> Past:
        kept = self._kept.get(key)
        if kept is None or at - kept[0] > FORGOTTEN:
            return self._nothing
        age = max(0.0, at - kept[0])
        faded = (value * exp(-age / constant) for value, constant in zip(kept[1], self._constants, strict=True))
        return Past(age, tuple(faded))
