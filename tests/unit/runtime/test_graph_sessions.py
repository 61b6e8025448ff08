"""Sessions over graphs: what ONNX Runtime is not to rewrite, it does not."""

from collections import Counter
from pathlib import Path

import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper

from services.runtime import graph_sessions
from services.runtime.graph_sessions import CPU, graph_session

WIDTH = 4


def _normalised_sum() -> bytes:
    """Two inputs, added up and normalised, as after each half of a transformer's layer."""
    shape: tuple[str | int, ...] = (1, "tokens", WIDTH)
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("one", "other")]
    output = helper.make_tensor_value_info("normal", TensorProto.FLOAT, shape)
    nodes = [
        helper.make_node("Add", ["one", "other"], ["sum"]),
        helper.make_node("LayerNormalization", ["sum", "scale", "bias"], ["normal"], axis=-1),
    ]
    weights = [helper.make_tensor(name, TensorProto.FLOAT, [WIDTH], [1.0] * WIDTH) for name in ("scale", "bias")]
    graph = helper.make_graph(nodes, "sum", inputs, [output], initializer=weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return bytes(model.SerializeToString())


def _as_rewritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, providers: tuple[str, ...]) -> Counter[str]:
    """The kinds of nodes that are run."""
    options = graph_sessions._options

    def saved() -> ort.SessionOptions:
        made = options()
        made.optimized_model_filepath = str(tmp_path / "rewritten.onnx")
        return made

    monkeypatch.setattr(graph_sessions, "_options", saved)
    assert graph_session(_normalised_sum(), providers=providers).get_providers() == [CPU]
    return Counter(node.op_type for node in onnx.load(str(tmp_path / "rewritten.onnx")).graph.node)


@pytest.mark.parametrize("providers", [(CPU,), ("CUDAExecutionProvider", CPU)])
def test_a_sum_and_its_normalisation_stay_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, providers: tuple[str, ...]
) -> None:
    """Fused they would take longer on a CPU, and int8 would round otherwise than where the model was judged.

    Also where a GPU was asked for and is not there.
    """
    assert _as_rewritten(tmp_path, monkeypatch, providers) == {"Add": 1, "LayerNormalization": 1}


def test_onnx_runtime_would_make_one_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else there is nothing to leave out any more, or it has another name."""
    monkeypatch.setattr(graph_sessions, "SLOW_ON_CPU", ("AnyOther",))
    assert _as_rewritten(tmp_path, monkeypatch, (CPU,)) == {"SkipLayerNormalization": 1}
