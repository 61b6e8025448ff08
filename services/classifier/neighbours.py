"""The judged alerts a bundle brings along, and the nearest of them to a text's vector."""

from dataclasses import dataclass
from io import BytesIO
from typing import Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from services.classifier.cache import Vector
from services.classifier.errors import ModelUnusable
from services.core.bundle import NEIGHBOURS

NAMED = 3
"""Judged alerts that a score names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A judged alert of the training part, and the cosine of the angle between its vector and another."""

    alert_id: str
    verdict: str
    cosine: float


class Neighbours:
    """Vectors [n, width] of length one, with what was said of their alerts. Safe to use from several threads."""

    def __init__(self, vectors: NDArray[np.float32], verdicts: list[str], alert_ids: list[str]) -> None:
        self._vectors, self._verdicts, self._alert_ids = vectors, verdicts, alert_ids

    @classmethod
    def read(cls, data: bytes) -> Self:
        """From the bundle's file.

        Raises:
            ModelUnusable: it is not what the format promises.
        """
        try:
            with np.load(BytesIO(data), allow_pickle=False) as file:
                vectors = np.ascontiguousarray(file["vectors"], dtype=np.float32)
                verdicts, alert_ids = file["verdicts"].tolist(), file["alert_ids"].tolist()
        except (ValueError, KeyError, OSError, EOFError, BadZipFile) as error:
            raise ModelUnusable(f"{NEIGHBOURS} cannot be read: {type(error).__name__}") from error
        if vectors.ndim != 2 or not len(vectors) == len(verdicts) == len(alert_ids):
            raise ModelUnusable(f"{NEIGHBOURS} has vectors of shape {vectors.shape} for {len(alert_ids)} alerts")
        return cls(vectors, verdicts, alert_ids)

    def nearest(self, vector: Vector) -> list[Neighbour]:
        """The nearest alerts, `NAMED` at most, the most similar first, by as many of its first numbers as theirs have.

        Raises:
            ModelUnusable: the vector is not as wide as theirs.
        """
        width = self._vectors.shape[1]
        if len(vector) < width:
            raise ModelUnusable(f"{NEIGHBOURS} has vectors of {width} numbers, a text {len(vector)}")
        cosines = self._vectors @ (vector[:width] / max(float(np.linalg.norm(vector[:width])), 1e-9))
        places = np.argpartition(cosines, -min(NAMED, len(cosines)))[-NAMED:]
        return [
            Neighbour(alert_id=self._alert_ids[place], verdict=self._verdicts[place], cosine=float(cosines[place]))
            for place in sorted(places.tolist(), key=lambda place: -cosines[place])
        ]
