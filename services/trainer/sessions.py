"""ONNX Runtime over a bundle's two graphs, as the classifier runs them: one text a run, one thread a session."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.core.bundle import ENCODER_INPUTS, ENCODER_OUTPUT, HEAD_INPUTS, VERDICT_HEAD
from services.runtime.graph_sessions import graph_session

Vector = NDArray[np.float32]


class OnnxEncoder:
    """Token ids to a vector, one text at a time, so that a vector depends on its text alone."""

    def __init__(self, graph: bytes) -> None:
        self._session = graph_session(graph)

    def vector(self, tokens: Sequence[int]) -> Vector:
        """The vector of one text, float32 [width]."""
        ids = np.array([tokens], dtype=np.int64)
        given = dict(zip(ENCODER_INPUTS, (ids, np.ones_like(ids)), strict=True))
        vector: Vector = self._session.run([ENCODER_OUTPUT], given)[0][0]
        return vector


class OnnxHead:
    """Vectors and contexts to logits."""

    def __init__(self, graph: bytes) -> None:
        self._session = graph_session(graph)

    def logits(self, vectors: Vector, contexts: Vector) -> Vector:
        """The verdict's logits, float32 [n, labels], of vectors [n, width] and contexts [n, places]."""
        given = dict(zip(HEAD_INPUTS, (vectors, contexts.astype(np.float32)), strict=True))
        logits: Vector = self._session.run([VERDICT_HEAD], given)[0]
        return logits
