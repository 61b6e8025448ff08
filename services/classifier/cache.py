"""The exact cache: a text's vector, kept from the first time it was computed. Real alert streams repeat endlessly."""

import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
_OVERHEAD = 300
"""Bytes an entry takes beside its text and its numbers (key, dictionary slot, array header), measured roughly."""


class VectorCache:
    """Vectors by rendered text, the least recently used forgotten first; safe to use from several threads.

    A cache belongs to one model: a text's vector means nothing to another.
    """

    def __init__(self, *, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._bytes = 0
        self._vectors: OrderedDict[str, Vector] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def size_bytes(self) -> int:
        """What the entries take, about."""
        return self._bytes

    def get(self, text: str) -> Vector | None:
        """The vector of exactly this text, if it is known."""
        with self._lock:
            vector = self._vectors.get(text)
            if vector is not None:
                self._vectors.move_to_end(text)
            return vector

    def put(self, text: str, vector: Vector) -> None:
        """Remember a text's vector, unless it alone is larger than the cache."""
        size = _size(text, vector)
        if size > self._limit:
            return
        with self._lock:
            if text in self._vectors:
                return
            self._vectors[text] = vector
            self._bytes += size
            while self._bytes > self._limit:
                self._bytes -= _size(*self._vectors.popitem(last=False))


def _size(text: str, vector: Vector) -> int:
    return _OVERHEAD + 2 * len(text) + vector.nbytes
