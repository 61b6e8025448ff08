"""A text as the model sees it."""

from collections.abc import Callable

from services.classifier.cache import Vector
from services.classifier.neighbours import Neighbour, Neighbours
from services.classifier.words import Word

_ITSELF, _SIMILAR, _WORDS = 80, 306, 600
"""Bytes it takes beside the vector, and with the nearest alerts and the words; measured."""


class Encoded:
    """A text's vector, float32 [width], and what is told of it: the words that weigh most, judged alerts like it.

    Both are looked for when they are first asked for. Words can only be weighed until `settle`, for what that takes is
    a hundred times as large as the vector. Safe to use from several threads: two that ask at once find the same.
    """

    __slots__ = ("_neighbours", "_similar", "_weigh", "_words", "vector")

    def __init__(
        self, vector: Vector, neighbours: Neighbours | None, weigh: Callable[[], tuple[Word, ...]] | None = None
    ) -> None:
        self.vector = vector
        self._neighbours = neighbours
        self._similar: tuple[Neighbour, ...] | None = None
        self._weigh = weigh
        self._words: tuple[Word, ...] = ()

    @property
    def nbytes(self) -> int:
        """The memory it takes, about, once it is settled."""
        return self.vector.nbytes + _ITSELF + _WORDS + (0 if self._neighbours is None else _SIMILAR)

    def settle(self) -> None:
        """Let go of what words are weighed by."""
        self._weigh = None

    @property
    def words(self) -> tuple[Word, ...]:
        """The words that weigh most; none where nobody asked before it was settled, or the bundle does not tell."""
        weigh = self._weigh
        if weigh is not None:
            self._words = weigh()
            self._weigh = None
        return self._words

    @property
    def similar(self) -> tuple[Neighbour, ...]:
        """The nearest judged alerts, the most similar first; none where the bundle brings none.

        Raises:
            ModelUnusable: the vector is not as wide as theirs.
        """
        if self._similar is None:
            self._similar = () if self._neighbours is None else tuple(self._neighbours.nearest(self.vector))
        return self._similar
