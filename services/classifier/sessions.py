"""The pieces of a bundle as ONNX Runtime and the tokenizers library run them; what they raise becomes ModelUnusable."""

from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from services.classifier.errors import ModelUnusable
from services.core.bundle import TOKENIZER
from services.runtime.graph_sessions import CPU, graph_session


def session(name: str, graph: bytes) -> ort.InferenceSession:
    """A graph on one thread a run, on a GPU where there is one.

    Raises:
        ModelUnusable: it does not load.
    """
    available = ort.get_available_providers()
    providers = [each for each in ("CUDAExecutionProvider", CPU) if each in available]
    try:
        return graph_session(graph, providers=providers)
    except Exception as error:  # the runtime's errors share no class below Exception
        raise ModelUnusable(f"{name} does not load: {type(error).__name__}") from error


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
