"""The pieces of a bundle as ONNX Runtime and the tokenizers library run them; what they raise becomes ModelUnusable."""

from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from services.classifier.errors import ModelUnusable
from services.core.bundle import TOKENIZER


def session(name: str, graph: bytes) -> ort.InferenceSession:
    """A graph on one thread a run, on a GPU where there is one.

    Raises:
        ModelUnusable: it does not load.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # leave the cores to Kafka's work
    options.log_severity_level = 3
    available = ort.get_available_providers()
    providers = [each for each in ("CUDAExecutionProvider", "CPUExecutionProvider") if each in available]
    try:
        return ort.InferenceSession(graph, options, providers=providers)
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
