"""The pieces of a bundle as ONNX Runtime and the tokenizers library run them; what they raise becomes ModelUnusable."""

import logging
from functools import lru_cache
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


def session(name: str, graph: bytes, *, on_gpu: bool = False) -> ort.InferenceSession:
    """A graph on one thread a run; on a GPU if it is to be and there is one.

    Raises:
        ModelUnusable: it does not load.
    """
    on_gpu = on_gpu and _GPU in ort.get_available_providers()
    try:
        if on_gpu:
            ort.preload_dlls()  # CUDA's libraries, where they came as Python packages
        made = graph_session(graph, providers=(_GPU, CPU) if on_gpu else (CPU,))
    except Exception as error:  # the runtime's errors share no class below Exception
        raise ModelUnusable(f"{name} does not load: {type(error).__name__}") from error
    if on_gpu and not is_on_gpu(made):
        log.warning("ONNX Runtime cannot use the GPU, the CPU takes its place", extra={"graph": name})
    return made


def suits_gpu(quantisation: str) -> bool:
    """Whether an encoder may run on a GPU, which has no kernels for dynamic int8: each product would go to and fro."""
    if quantisation == INT8 and _GPU in ort.get_available_providers():
        log.info("a model in int8 stays on the CPU; a GPU takes models with training.quantise = float16")
    return quantisation != INT8


def is_on_gpu(graph: ort.InferenceSession) -> bool:
    """Whether a graph runs on a GPU."""
    return _GPU in graph.get_providers()


@lru_cache(maxsize=2)
def tokenizer(definition: bytes, max_tokens: int) -> Tokenizer:
    """A tokenizer that cuts at so many tokens and fills up nothing; it is shared, so nobody may change it.

    Reading one keeps every other thread waiting for tens of milliseconds, and a model mostly has its predecessor's.

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
