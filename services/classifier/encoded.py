"""A text as the model sees it."""

from services.classifier.cache import Vector
from services.classifier.neighbours import Neighbour, Neighbours

_ITSELF, _SIMILAR = 64, 306
"""Bytes it takes beside the vector, and with the nearest alerts; measured."""


class Encoded:
    """A text's vector, float32 [width], and the judged alerts most like it, looked for when they are first asked for.

    Safe to use from several threads: two that ask at once find the same.
    """

    __slots__ = ("_neighbours", "_similar", "vector")

    def __init__(self, vector: Vector, neighbours: Neighbours | None) -> None:
        self.vector = vector
        self._neighbours = neighbours
        self._similar: tuple[Neighbour, ...] | None = None

    @property
    def nbytes(self) -> int:
        """The memory it takes, about."""
        return self.vector.nbytes + _ITSELF + (0 if self._neighbours is None else _SIMILAR)

    @property
    def similar(self) -> tuple[Neighbour, ...]:
        """The nearest judged alerts, the most similar first; none where the bundle brings none.

        Raises:
            ModelUnusable: the vector is not as wide as theirs.
        """
        if self._similar is None:
            self._similar = () if self._neighbours is None else tuple(self._neighbours.nearest(self.vector))
        return self._similar
