"""Counts that fade: each event weighs exp(-age / time constant).

A sum and a time are all that must be kept of a key, however many events it had: the memory is bounded, cheap to bring
up to date and small to write down (Cormode, Shkapenyuk, Srivastava and Xu, "Forward Decay", ICDE 2009).
"""

import operator
from collections.abc import Sequence
from hashlib import blake2b
from itertools import islice
from math import exp
from typing import NamedTuple

from services.core.errors import SnapshotInvalid

Kept = dict[str, tuple[float, tuple[float, ...]]]
"""By key when it was last added to, and its sums at that time; the least recently touched first."""

MINUTE, TEN_MINUTES, HOUR, DAY = 60.0, 600.0, 3600.0, 86_400.0
"""Time constants, in seconds."""
LONGEST_KEY = 256
"""Characters; a longer key is kept as its digest, or a few senders could decide how much memory is used."""
FORGOTTEN = 7 * DAY
"""A key that was silent for so long is as if it had never been; what it still weighed is below a thousandth."""


class Past(NamedTuple):
    """What a key held: seconds since it was last added to (None where it is not remembered), and its sums."""

    age: float | None
    sums: tuple[float, ...]


class FadingSums:
    """Sums by key, each with its own time constant; beyond `keys` the least recently touched ones are forgotten.

    A plain dict, which keeps its order and is copied whole in a fraction of a millisecond. Its front is found by going
    over what was deleted there, so some are forgotten at once.

    Times are epoch seconds. Time does not run backwards for a key: what comes late counts as if it came with the
    latest.
    """

    def __init__(self, constants: Sequence[float], *, keys: int) -> None:
        self._constants = tuple(constants)
        self._nothing = Past(None, (0.0,) * len(self._constants))
        self._keys = keys
        self._kept: Kept = {}

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, key: str, weights: Sequence[float], *, at: float) -> Past:
        """Add a weight to each sum of a key, and return what the key held before, as it is at that time."""
        key = key if len(key) <= LONGEST_KEY else _digest(key)
        past = self._past(key, at)
        latest = at if past.age != 0.0 else max(at, self._kept[key][0])
        self._kept.pop(key, None)
        self._kept[key] = latest, tuple(map(operator.add, past.sums, weights))
        if len(self._kept) > self._keys:
            self._forget_some()
        return past

    def kept(self) -> Kept:
        """A copy of everything; what it holds never changes."""
        return self._kept.copy()

    def restore(self, kept: Kept) -> None:
        """Hold this and nothing else.

        Raises:
            SnapshotInvalid: it is more than these sums would remember, or of sums of another kind.
        """
        if len(kept) > self._keys or any(len(sums) != len(self._constants) for _, sums in kept.values()):
            raise SnapshotInvalid("the sums written down are others than this build's")
        self._kept = kept.copy()

    def _forget_some(self) -> None:
        for key in list(islice(self._kept, 1 + self._keys // 64)):
            del self._kept[key]

    def _past(self, key: str, at: float) -> Past:
        kept = self._kept.get(key)
        if kept is None or at - kept[0] > FORGOTTEN:
            return self._nothing
        age = max(0.0, at - kept[0])
        faded = (value * exp(-age / constant) for value, constant in zip(kept[1], self._constants, strict=True))
        return Past(age, tuple(faded))


def _digest(key: str) -> str:
    return blake2b(key.encode(errors="surrogatepass"), digest_size=32).hexdigest()
