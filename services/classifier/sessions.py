"""The pieces of a bundle as ONNX Runtime and the tokenizers library run them; what they raise becomes ModelUnusable."""

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from services.classifier.errors import ModelUnusable
from services.core.bundle import INT8, TOKENIZER
from services.runtime.graph_sessions import CPU, graph_session

log = logging.getLogger(__name__)

_GPU = "CUDAExecutionProvider"


def session(name: str, graph: bytes, *, quantisation: str = INT8) -> ort.InferenceSession:
    """A graph on one thread a run; one that is not int8 on a GPU where there is one.

    A GPU has no kernels for dynamic int8: each product would go to the CPU and back.

    Raises:
        ModelUnusable: it does not load.
    """
    wants_gpu = quantisation != INT8 and _GPU in ort.get_available_providers()
    if wants_gpu:
        ort.preload_dlls()  # CUDA's libraries, where they came as Python packages
    try:
        made = graph_session(graph, providers=(_GPU, CPU) if wants_gpu else (CPU,))
    except Exception as error:  # the runtime's errors share no class below Exception
        raise ModelUnusable(f"{name} does not load: {type(error).__name__}") from error
    if wants_gpu and device_of(made) == "cpu":
        log.warning("ONNX Runtime cannot use the GPU, the CPU takes its place", extra={"graph": name})
    return made


def device_of(graph: ort.InferenceSession) -> str:
    """Where a graph runs, as ONNX Runtime names it: `cuda`, or `cpu`."""
    return "cuda" if _GPU in graph.get_providers() else "cpu"


def tokenizer(definition: bytes, max_tokens: int) -> Tokenizer:
    """A tokenizer that cuts at so many tokens and fills up nothing.

    Raises:
        ModelUnusable: it does not load.
    """
    try:
        loaded = Tokenizer.from_buffer(definition)
    except Exception as error:  # raised by the library's Rust part as a bare Exception
        raise ModelUnusable(f"{TOKENIZER} does not load: {error}") from error
    loaded.enable_truncation(max_tokens)
    loaded.no_padding()
    return loaded


def run(graph: ort.InferenceSession, outputs: tuple[str, ...], inputs: dict[str, Any]) -> list[NDArray[np.float32]]:
    """These outputs of a graph.

    Raises:
        ModelUnusable: it fails on its inputs.
    """
    try:
        values: list[NDArray[np.float32]] = graph.run(list(outputs), inputs)
    except Exception as error:  # the runtime's errors share no class below Exception
        raise ModelUnusable(f"the graph fails on its inputs: {type(error).__name__}") from error
    return values


def run_bound(
    graph: ort.InferenceSession, inputs: Mapping[str, NDArray[Any]], devices: Mapping[str, str]
) -> list[ort.OrtValue]:
    """These outputs of a graph, each left on the device it is named with.

    Raises:
        ModelUnusable: it fails on its inputs.
    """
    try:
        binding = graph.io_binding()
        for name, values in inputs.items():
            binding.bind_cpu_input(name, values)
        for name, device in devices.items():
            binding.bind_output(name, device)
        graph.run_with_iobinding(binding)
        outputs: list[ort.OrtValue] = binding.get_outputs()
    except Exception as error:  # as above
        raise ModelUnusable(f"the graph fails on its inputs: {type(error).__name__}") from error
    return outputs
