"""The network as two ONNX graphs, each held against torch on real texts before it counts.

The TorchScript exporter is used: the graph of the newer one cannot be quantised (shape inference fails for it).
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from services.core.bundle import (
    ENCODER,
    ENCODER_INPUTS,
    ENCODER_OUTPUT,
    ENCODER_STATES,
    HEAD,
    HEAD_INPUTS,
    VERDICT_HEAD,
)
from services.trainer.errors import ExportFailed
from services.trainer.network import Network, pooled
from services.trainer.samples import Samples
from services.trainer.sessions import OnnxEncoder, OnnxHead

OPSET = 17
VECTOR_TOLERANCE = 1e-4
"""Largest difference of a vector's place between torch and ONNX Runtime, in float32; places are of the order of 1."""
LOGIT_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Parity:
    """The largest differences found between torch and ONNX Runtime, over how many texts."""

    vector: float
    logit: float
    texts: int


class _OfText(torch.nn.Module):
    """What a network makes of the text alone: its vector, and beside it the states of its tokens."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The texts' vectors, and their tokens' states."""
        states = self.network.states(ids, mask)
        return pooled(states, mask), states


class _OfVector(torch.nn.Module):
    """What a network makes of vector and context."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, vector: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """The answers."""
        return self.network.answers(vector, context)


def export(network: Network, folder: Path) -> None:
    """Write `encoder.onnx` and `head.onnx`, both in float32, with the names and shapes of `core.bundle`."""
    ids = torch.tensor([[1, 2, 3], [1, 2, 3]])
    _write(
        _OfText(network),
        (ids, torch.ones_like(ids)),
        folder / ENCODER,
        inputs=dict.fromkeys(ENCODER_INPUTS, ("texts", "tokens")),
        outputs={ENCODER_OUTPUT: ("texts",), ENCODER_STATES: ("texts", "tokens")},
    )
    export_head(network, folder)


def export_head(network: Network, folder: Path) -> None:
    """Write `head.onnx` alone, beside the `encoder.onnx` of the same network."""
    _write(
        _OfVector(network),
        (torch.zeros(2, network.width), torch.zeros(2, network.head.steps.places)),
        folder / HEAD,
        inputs=dict.fromkeys(HEAD_INPUTS, ("alerts",)),
        outputs={VERDICT_HEAD: ("alerts",)},
    )


def _write(
    module: torch.nn.Module,
    arguments: tuple[torch.Tensor, ...],
    path: Path,
    *,
    inputs: Mapping[str, Sequence[str]],
    outputs: Mapping[str, Sequence[str]],
) -> None:
    """Export a module; inputs and outputs by name, each with the names of its first dimensions, which may vary."""
    module.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every Python branch in the architecture's own code
        torch.onnx.export(
            module,
            arguments,
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={name: dict(enumerate(axes)) for name, axes in {**inputs, **outputs}.items()},
            opset_version=OPSET,
            dynamo=False,
        )
    module.eval()  # the exporter leaves what it traced in training mode


@torch.no_grad()
def check_parity(network: Network, folder: Path, samples: Samples, *, texts: int = 64) -> Parity:
    """Hold the exported graphs against the network on the first examples with distinct texts, one at a time.

    Raises:
        ExportFailed: a vector or a logit differs by more than the stated tolerance.
    """
    network.eval()
    encoder, head = OnnxEncoder((folder / ENCODER).read_bytes()), OnnxHead((folder / HEAD).read_bytes())
    vector = logit = 0.0
    examples = _first_examples(samples, texts)
    for example in examples:
        tokens = samples.tokens[int(samples.text_of[example])]
        ids = torch.tensor([tokens])
        expected = pooled(network.states(ids, torch.ones_like(ids)), torch.ones_like(ids))
        context = samples.contexts[example][None]
        got = encoder.vector(tokens)
        logits = head.logits(got[None], context.numpy())
        vector = np.maximum(vector, abs(got - expected[0].numpy()).max())  # what is no number stays none
        logit = np.maximum(logit, abs(logits - network.answers(expected, context).numpy()).max())
    if not (vector <= VECTOR_TOLERANCE and logit <= LOGIT_TOLERANCE):
        raise ExportFailed(f"ONNX differs from torch: vectors by {vector:.2g}, logits by {logit:.2g}")
    return Parity(float(vector), float(logit), len(examples))


def _first_examples(samples: Samples, texts: int) -> list[int]:
    """The first example of each of the first `texts` distinct texts."""
    first: dict[int, int] = {}
    for example, text in enumerate(samples.text_of.tolist()):
        first.setdefault(text, example)
        if len(first) == texts:
            break
    return list(first.values())
