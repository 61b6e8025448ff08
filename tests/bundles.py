"""Real bundles, made in milliseconds: two tiny ONNX graphs and a tokenizer that know one word.

The encoder's vector says whether the text has the word `attack`; the head turns that into a verdict. `lean` moves every
answer towards a true positive, so that the answers of two bundles can be told apart.
"""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from schemas import Serving
from services.core.bundle import (
    ENCODER,
    ENCODER_INPUTS,
    ENCODER_OUTPUT,
    ENCODER_STATES,
    HEAD,
    HEAD_INPUTS,
    LABELS,
    MANIFEST,
    TOKENIZER,
    VERDICT_HEAD,
)
from services.core.context import CONTEXT_VERSION, FEATURES
from services.runtime.settings import StoreSettings
from services.runtime.store import ModelStore
from tests.manifests import manifest

ATTACK_WORD = "attack"
"""An alert whose text has this word is a true positive to every bundle made here (with `lean` 0)."""

_WIDTH = 4
_OPSET = 17


def write_bundle(
    folder: Path,
    *,
    version: str = "v1",
    lean: float = 0.0,
    encoder: bytes | None = None,
    head: bytes | None = None,
    others: Mapping[str, bytes] | None = None,
    **fields: Any,
) -> Path:
    """A bundle in `folder`, which is made, with its own graphs or others and `others` files beside the required.

    Further arguments replace the manifest's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    graphs = {ENCODER: encoder or encoder_graph(), HEAD: head or head_graph(lean=lean)}
    files = {**graphs, TOKENIZER: tokenizer(), **(others or {})}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / MANIFEST).write_bytes(manifest(of=files, version=version, **fields).to_bytes())
    return folder


def publish_bundle(store: Path, scratch: Path, *, version: str = "v1", lean: float = 0.0, **fields: Any) -> Serving:
    """A bundle in the model store of that folder, as an event announces it."""
    models = ModelStore(StoreSettings(url=str(store)))
    digest = models.publish(version, write_bundle(scratch / version, version=version, lean=lean, **fields))
    return models.serving(version, digest=digest)


def encoder_graph(*, states: bool = False) -> bytes:
    """input_ids, attention_mask [texts, tokens] to vector [texts, width]: the sum of the tokens' rows, without padding.

    With `states` those are a second output, and the vector is their mean.
    """
    table = np.zeros((3, _WIDTH), dtype=np.float32)
    table[2, 0] = 1.0  # the row of the word
    table[1, 1] = 0.01  # all others count the length
    ids, mask = ENCODER_INPUTS
    nodes = [
        helper.make_node("Gather", ["table", ids], ["rows"]),
        helper.make_node("Cast", [mask], ["weights"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["weights", "last"], ["weights3"]),
        helper.make_node("Mul", ["rows", "weights3"], [ENCODER_STATES]),
        helper.make_node("ReduceMean", [ENCODER_STATES], [ENCODER_OUTPUT], axes=[1], keepdims=0)
        if states
        else helper.make_node("ReduceSum", [ENCODER_STATES, "middle"], [ENCODER_OUTPUT], keepdims=0),
    ]
    constants = {"table": table, "last": np.array([2], np.int64), "middle": np.array([1], np.int64)}
    tokens = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in ENCODER_INPUTS]
    outputs = [helper.make_tensor_value_info(ENCODER_OUTPUT, TensorProto.FLOAT, ["texts", _WIDTH])]
    if states:
        outputs.append(helper.make_tensor_value_info(ENCODER_STATES, TensorProto.FLOAT, ["texts", "tokens", _WIDTH]))
    return _model(nodes, tokens, outputs, constants)


def head_graph(*, lean: float = 0.0, outputs: tuple[str, ...] = (VERDICT_HEAD,), labels: int = len(LABELS)) -> bytes:
    """Vector and context to logits; the context's first number moves the answer a little, so that it shows."""
    places = len(FEATURES[CONTEXT_VERSION])
    of_vector, of_context = np.zeros((_WIDTH, labels), np.float32), np.zeros((places, labels), np.float32)
    of_vector[0, 0], of_context[0, 0] = 6.0, 0.5
    bias = np.array([-2.0 + lean, *([0.0] * (labels - 1))], np.float32)
    nodes = [
        helper.make_node("MatMul", [HEAD_INPUTS[0], "of_vector"], ["a"]),
        helper.make_node("MatMul", [HEAD_INPUTS[1], "of_context"], ["b"]),
        helper.make_node("Add", ["a", "b"], ["ab"]),
        *(helper.make_node("Add", ["ab", "bias"], [name]) for name in outputs),
    ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
        for name, width in zip(HEAD_INPUTS, (_WIDTH, places), strict=True)
    ]
    logits = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", labels]) for name in outputs]
    return _model(nodes, inputs, logits, {"of_vector": of_vector, "of_context": of_context, "bias": bias})


def neighbours(*judged: tuple[str, str, Sequence[float]]) -> bytes:
    """Alert ids, verdicts and vectors, as a bundle keeps them."""
    vectors = np.array([vector for _, _, vector in judged], np.float32)
    file = BytesIO()
    np.savez(
        file,
        vectors=(vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16),
        verdicts=np.array([verdict for _, verdict, _ in judged]),
        alert_ids=np.array([alert_id for alert_id, _, _ in judged]),
    )
    return file.getvalue()


def tokenizer() -> bytes:
    """Words by white space and punctuation; it knows one."""
    words = Tokenizer(WordLevel({"[PAD]": 0, "[UNK]": 1, ATTACK_WORD: 2}, unk_token="[UNK]"))
    words.pre_tokenizer = Whitespace()
    return json.dumps(json.loads(words.to_str())).encode()


def _model(nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: dict[str, Any]) -> bytes:
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
