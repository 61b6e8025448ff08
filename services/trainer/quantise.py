"""The encoder's weights in int8, where that changes no more than it may.

Weights are quantised once, activations as they come (ONNX Runtime's dynamic quantisation). Its scales are those of the
whole input, so a vector depends on its neighbours in a batch; one text goes through per run, hence on nothing but its
text. Weights keep to 7 bits: with 8, processors without VNNI saturate where others do not, and the same bundle would
answer differently on each.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

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
    """What int8 changed against float32, over `examples`.

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
        """Whether int8 may serve."""
        return self.alone and self.probability <= LARGEST_CHANGE and self.loss <= LARGEST_LOSS


def quantise(source: Path, target: Path) -> None:
    """Write the int8 form of an encoder: its matrix products and its embeddings, not the wide half's table."""
    with _quiet():
        quantize_dynamic(
            source,
            target,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            op_types_to_quantize=["MatMul", "Gather"],
            nodes_to_exclude=_wide_look_ups(source),
        )


def _wide_look_ups(source: Path) -> list[str]:
    """The wide half's nodes: what a run of word pieces weighs is small beside the largest row, and would be lost."""
    graph = onnx.load(str(source), load_external_data=False).graph
    return [node.name for node in graph.node if any(".wide." in name for name in node.input)]


@contextmanager
def _quiet() -> Iterator[None]:
    """ONNX Runtime tells each node through the root logger, and advises a preprocessing that gains nothing here."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def compare(plain: Graphs, int8: Graphs, examples: Sequence[Example], *, temperature: float) -> Change:
    """Hold the int8 graphs against the float32 ones."""
    texts = list(dict.fromkeys(plain.texts(examples)))
    before, after = plain.vectors(texts), int8.vectors(texts)
    again = np.stack([int8.encode(text) for text in reversed(texts[:_REPEATED])])[::-1]
    said = softmax(plain.logits(examples), temperature=temperature)
    says = softmax(int8.logits(examples), temperature=temperature)
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
