"""What a smaller form of the encoder changes, and how much of that may be."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.core.example import Example
from services.core.metrics import Met, figures, judged_by
from services.trainer.graphs import Graphs, rows, softmax
from services.trainer.sessions import Vector

LARGEST_CHANGE = 0.1
"""Largest change of P(true_positive) that is let pass for 99 % of the examples."""
LARGEST_LOSS = 0.01
"""Largest loss of average precision on attacks that is let pass, as much as the gate lets a candidate lose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a smaller form of the encoder changed against float32, over `examples`.

    `vector` is the largest difference of a vector's place; `probability` the 99th percentile and `largest` the maximum
    of the differences of P(true_positive); `loss` how much average precision on attacks fell. `alone` says that each
    text's vector was the same again after others had gone through.
    """

    vector: float
    probability: float
    largest: float
    loss: float
    examples: int
    alone: bool

    @property
    def acceptable(self) -> bool:
        """Whether it may serve."""
        return self.alone and self.probability <= LARGEST_CHANGE and self.loss <= LARGEST_LOSS


def compare(plain: Graphs, smaller: Graphs, examples: Sequence[Example], *, temperature: float) -> Change:
    """Hold the graphs of a smaller encoder against the float32 ones."""
    texts = list(dict.fromkeys(plain.texts(examples)))
    before, after = plain.vectors(texts), smaller.vectors(texts)
    again = np.stack([smaller.encode(text) for text in reversed(texts[:_REPEATED])])[::-1]
    said = softmax(plain.logits(examples), temperature=temperature)
    says = softmax(smaller.logits(examples), temperature=temperature)
    moved = np.abs(said[:, 0] - says[:, 0])
    return Change(
        vector=float(np.abs(before - after).max()),
        probability=float(np.quantile(moved, 0.99)),
        largest=float(moved.max()),
        loss=_average_precision(examples, said) - _average_precision(examples, says),
        examples=len(examples),
        alone=bool(np.array_equal(again, after[:_REPEATED])),
    )


def _average_precision(examples: Sequence[Example], probabilities: Vector) -> float:
    judged = judged_by(examples, rows(probabilities), met=Met())
    return figures(judged, threshold=0.5)["average_precision"]


_REPEATED = 32
"""Texts that are encoded a second time, in another order."""
