"""The exact cache: what was made of a text, kept from the first time on. Real alert streams repeat endlessly."""

import threading
from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
_OVERHEAD = 300
"""Bytes an entry takes beside its text and its numbers (key, dictionary slot, array header), measured roughly."""


class Sized(Protocol):
    """What says how much memory it takes."""

    @property
    def nbytes(self) -> int:
        """Bytes, about."""


Kept = TypeVar("Kept", bound=Sized)


class TextCache(Generic[Kept]):
    """What a model made of rendered texts, the least recently used forgotten first; safe to use from several threads.

    A cache belongs to one model: a text's vector means nothing to another.
    """

    def __init__(self, *, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size_bytes(self) -> int:
        """What the entries take, about."""
        return self._bytes

    def get(self, text: str) -> Kept | None:
        """What was made of exactly this text, if it is known."""
        with self._lock:
            kept = self._kept.get(text)
            if kept is not None:
                self._kept.move_to_end(text)
            return kept

    def put(self, text: str, made: Kept) -> None:
        """Remember what was made of a text, unless it alone is larger than the cache."""
        size = _size(text, made)
        if size > self._limit:
            return
        with self._lock:
            if text in self._kept:
                return
            self._kept[text] = made
            self._bytes += size
            while self._bytes > self._limit:
                self._bytes -= _size(*self._kept.popitem(last=False))


def _size(text: str, made: Sized) -> int:
    return _OVERHEAD + 2 * len(text) + made.nbytes
