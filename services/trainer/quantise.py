"""The encoder's smaller forms.

int8, for CPUs: weights are quantised once, activations as they come (ONNX Runtime's dynamic quantisation). Its scales
are those of the whole input, so a vector depends on its neighbours in a batch; one text goes through per run, hence on
nothing but its text. Weights keep to 7 bits: with 8, processors without VNNI saturate where others do not, and the same
bundle would answer differently on each.

float16, for GPUs, which have no kernels for that int8 and would send all of it back to the CPU. A CPU computes it in
float32.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.float16 import convert_float_to_float16


def quantise(source: Path, target: Path) -> None:
    """Write the int8 form of an encoder: its matrix products and its embeddings, not the wide voice's table."""
    with _quiet():
        quantize_dynamic(
            source,
            target,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            op_types_to_quantize=["MatMul", "Gather"],
            nodes_to_exclude=_wide_look_ups(onnx.load(str(source), load_external_data=False)),
        )


def to_float16(source: Path, target: Path) -> None:
    """Write the float16 form of an encoder, by ONNX Runtime's own tool; what goes in and out stays as it was.

    All that comes of the wide voice's look-ups stays float32, the mean of the tokens too: their sums of squares would
    be beyond what float16 can hold.
    """
    graph = onnx.load(str(source), load_external_data=False)
    left = _beyond(graph, _wide_look_ups(graph))
    with _quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names each number that is too large or small for float16
        made = convert_float_to_float16(graph, keep_io_types=True, node_block_list=left)
    onnx.save(made, str(target))


def _wide_look_ups(graph: onnx.ModelProto) -> list[str]:
    """The wide voice's nodes: what a run of word pieces weighs is small beside the largest row, and would be lost."""
    return [node.name for node in graph.graph.node if any(".wide." in name for name in node.input)]


def _beyond(graph: onnx.ModelProto, names: list[str]) -> list[str]:
    """These nodes, and all that are given something of what they make; ONNX lists nodes in the order they run."""
    made: set[str] = set()
    found: list[str] = []
    for node in graph.graph.node:
        if node.name in names or made.intersection(node.input):
            made.update(node.output)
            found.append(node.name)
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """ONNX Runtime tells each node through the root logger, and advises a preprocessing that gains nothing here."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
