"""The exported graphs: as torch answers, one text at a time, and int8 only where it does no harm."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx.shape_inference import infer_shapes

from schemas import Verdict
from services.classifier.runs import Batches, OneByOne
from services.classifier.sessions import session
from services.core.bundle import (
    ENCODER,
    ENCODER_INPUTS,
    ENCODER_OUTPUT,
    ENCODER_STATES,
    HEAD,
    HEAD_INPUTS,
    TOKENIZER,
    VERDICT_HEAD,
)
from services.core.context import CONTEXT_VERSION
from services.core.errors import VersionUnknown
from services.core.example import Example
from services.core.surges import Surges
from services.core.text import render_alert
from services.runtime.graph_sessions import graph_session
from services.trainer.base_model import BaseModel
from services.trainer.candidate import Candidate, export_candidate
from services.trainer.change import Change, compare
from services.trainer.errors import ExportFailed
from services.trainer.export import LOGIT_TOLERANCE, VECTOR_TOLERANCE, check_parity, export
from services.trainer.graphs import Graphs, softmax
from services.trainer.network import Network
from services.trainer.quantise import quantise, to_float16
from services.trainer.samples import prepare
from services.trainer.sessions import OnnxEncoder, OnnxHead
from services.trainer.settings import Quantisation
from services.trainer.surging import learn_surges
from services.trainer.training import build_network
from tests.labelled import PLACES
from tests.learning import learnable, tiny_settings


@pytest.fixture
def network(base: BaseModel, base_folder: Path) -> Network:
    """A network whose voices have nothing at zero, and adapters that have been folded in."""
    network = build_network(base, places=PLACES, settings=tiny_settings(base_folder))
    network.encoder.adapt(rank=4, alpha=8)
    network.encoder.merge()
    network.head.steps.learn(torch.rand(50, PLACES))
    network.wide.rows.normal_()
    network.wide.around.normal_()
    network.probe.weight.normal_()
    network.wide.bias.normal_()
    network.probe.bias.normal_()
    network.count((0.5, 0.3, 0.2))
    network.temper((0.8, 1.5, 2.0))
    return network.eval()


def _names(values: object) -> list[str]:
    return [value.name for value in values]  # type: ignore[attr-defined]


def test_the_graphs_have_the_format_s_names_and_any_number_of_tokens(network: Network, tmp_path: Path) -> None:
    """What the classifier feeds and reads is fixed in `core.bundle`."""
    export(network, tmp_path)
    encoder, head = onnx.load(tmp_path / ENCODER).graph, onnx.load(tmp_path / HEAD).graph
    assert tuple(_names(encoder.input)) == ENCODER_INPUTS
    assert _names(encoder.output) == [ENCODER_OUTPUT, ENCODER_STATES]
    assert tuple(_names(head.input)) == HEAD_INPUTS
    assert _names(head.output) == [VERDICT_HEAD]
    runtime = OnnxEncoder((tmp_path / ENCODER).read_bytes())
    assert {runtime.vector(list(range(2, 2 + length))).shape for length in (1, 2, 17, 60)} == {(network.width,)}


def test_a_vector_is_the_mean_of_its_states(network: Network, tmp_path: Path) -> None:
    """In float32, int8 and float16: by that the classifier weighs words."""
    export(network, tmp_path)
    quantise(tmp_path / ENCODER, tmp_path / "int8.onnx")
    to_float16(tmp_path / ENCODER, tmp_path / "float16.onnx")
    ids = np.arange(2, 19)[None, :]
    for name, tolerance in ((ENCODER, 1e-5), ("int8.onnx", 1e-5), ("float16.onnx", 5e-3)):
        given = dict(zip(ENCODER_INPUTS, (ids, np.ones_like(ids)), strict=True))
        vector, states = graph_session((tmp_path / name).read_bytes()).run([ENCODER_OUTPUT, ENCODER_STATES], given)
        assert states.shape == (1, 17, network.width)
        assert np.allclose(states.mean(axis=1), vector, atol=tolerance)


def test_onnx_answers_as_torch_does(network: Network, base: BaseModel, tmp_path: Path) -> None:
    """Vectors and logits, on real texts, far within the stated tolerance."""
    export(network, tmp_path)
    parity = check_parity(network, tmp_path, prepare(learnable(100), base.tokenizer))
    assert parity.texts > 20
    assert parity.vector < VECTOR_TOLERANCE / 10
    assert parity.logit < LOGIT_TOLERANCE / 10


def test_an_export_that_answers_otherwise_is_refused(network: Network, base: BaseModel, tmp_path: Path) -> None:
    """A bundle whose graphs are not what was trained must not come about."""
    for bias in (network.head.answer.bias, network.probe.bias):  # what is next to impossible leaves the others'
        bias.data += torch.tensor([-60.0, 0.0, 0.0])  # shares alone,
    network.wide.bias += torch.tensor([-30.0, 0.0, 0.0])  # and what one voice calls still less possible the others'
    export(network, tmp_path)
    network.wide.bias += torch.tensor([0.015, 0.0, 0.0])  # at a temperature of 1.5
    with pytest.raises(ExportFailed, match=r"logits by 0\.01"):
        check_parity(network, tmp_path, prepare(learnable(20), base.tokenizer))


def test_an_export_that_answers_with_no_number_is_refused(network: Network, base: BaseModel, tmp_path: Path) -> None:
    """A difference that cannot be told is none that is small enough."""
    export(network, tmp_path)
    network.wide.bias += float("nan")
    with pytest.raises(ExportFailed, match="logits by nan"):
        check_parity(network, tmp_path, prepare(learnable(20), base.tokenizer))


def _graphs(folder: Path, base: BaseModel, encoder: str = ENCODER) -> Graphs:
    return Graphs(
        encoder=OnnxEncoder((folder / encoder).read_bytes()),
        head=OnnxHead((folder / HEAD).read_bytes()),
        tokenizer=base.tokenizer,
        render=render_alert,
        context_version=CONTEXT_VERSION,
        threads=2,
    )


def test_an_int8_vector_depends_on_its_text_alone(network: Network, base: BaseModel, tmp_path: Path) -> None:
    """Whatever went through before, and on however many threads; and int8 stays near float32."""
    export(network, tmp_path)
    quantise(tmp_path / ENCODER, tmp_path / "int8.onnx")
    plain, int8 = _graphs(tmp_path, base), _graphs(tmp_path, base, "int8.onnx")
    examples = learnable(80)
    change = compare(plain, int8, examples, temperature=1.0)
    assert change.alone
    assert 0 < change.vector < 0.2
    assert change.acceptable
    texts = int8.texts(examples)
    assert np.array_equal(int8.vectors(texts)[7], int8.encode(texts[7]))
    assert (tmp_path / "int8.onnx").stat().st_size < (tmp_path / ENCODER).stat().st_size


def test_float16_stays_nearer_to_float32_than_int8(network: Network, base: BaseModel, tmp_path: Path) -> None:
    """Every matrix of the transformer is in it; the wide half and what comes of it is not."""
    export(network, tmp_path)
    quantise(tmp_path / ENCODER, tmp_path / "int8.onnx")
    to_float16(tmp_path / ENCODER, tmp_path / "float16.onnx")
    plain, examples = _graphs(tmp_path, base), learnable(80)
    int8, small = (
        compare(plain, _graphs(tmp_path, base, f"{form}.onnx"), examples, temperature=1.0)
        for form in ("int8", "float16")
    )
    assert small.acceptable
    assert 0 < small.vector < int8.vector / 5
    kinds = {each.name: each.data_type for each in onnx.load(tmp_path / "float16.onnx").graph.initializer}
    floats = {name.rpartition(".")[2] for name, kind in kinds.items() if kind == onnx.TensorProto.FLOAT}
    assert floats == {"rows", "squares"}


def test_the_wide_half_s_sums_are_not_in_float16(network: Network, base: BaseModel, tmp_path: Path) -> None:
    """A long text's squared length is beyond what float16 can hold, and a GPU would say of it that it is infinite."""
    export(network, tmp_path)
    to_float16(tmp_path / ENCODER, tmp_path / "float16.onnx")
    made = infer_shapes(onnx.load(tmp_path / "float16.onnx")).graph
    kinds = {each.name: each.type.tensor_type.elem_type for each in (*made.value_info, *made.output)}
    roots = [node for node in made.node if node.op_type == "Sqrt"]
    assert {kinds[name] for node in roots for name in (*node.input, *node.output)} == {onnx.TensorProto.FLOAT}


@pytest.mark.parametrize(("form", "tolerance"), [("none", 1e-5), ("float16", 5e-3)])
def test_texts_encoded_together_have_the_vectors_they_have_alone(
    network: Network, base: BaseModel, tmp_path: Path, form: str, tolerance: float
) -> None:
    """As a classifier on a GPU encodes them: what fills a batch up is not read by any half of the network."""
    export(network, tmp_path)
    if form == "float16":
        to_float16(tmp_path / ENCODER, tmp_path / ENCODER)
    graph = session(ENCODER, (tmp_path / ENCODER).read_bytes())
    tokens = sorted(prepare(learnable(40), base.tokenizer).tokens, key=len)
    texts = [tokens[0], tokens[-1], tokens[0][:2], tokens[-1][:7]]
    alone = OneByOne(graph, with_states=True)(texts)
    together = Batches(graph, tokens=10_000, with_states=True)(texts)
    for one, other in zip(alone, together, strict=True):
        assert one.states is not None
        assert other.states is not None
        assert np.allclose(one.vector, other.vector, atol=tolerance)
        assert np.allclose(one.states, other.states, atol=tolerance)


@pytest.mark.parametrize(
    ("change", "acceptable"),
    [
        ({}, True),
        ({"alone": False}, False),
        ({"probability": 0.11}, False),
        ({"loss": 0.009}, True),
        ({"loss": 0.011}, False),
        ({"loss": -0.1}, True),
    ],
)
def test_int8_is_let_pass_only_where_it_does_no_harm(change: dict[str, float], acceptable: bool) -> None:
    """Attacks must be told from noise as well as before, and no answer may move far."""
    values = {"vector": 0.1, "probability": 0.02, "largest": 0.3, "loss": 0.0, "examples": 400, "alone": True}
    assert Change(**(values | change)).acceptable is acceptable  # type: ignore[arg-type]


def _exported(
    network: Network,
    base: BaseModel,
    folder: Path,
    examples: list[Example],
    *,
    quantisation: Quantisation = "none",
    surges: Surges | None = None,
) -> Candidate:
    return export_candidate(
        network,
        folder,
        tokenizer=base.tokenizer,
        samples=prepare(examples, base.tokenizer),
        surges=surges,
        validation=examples,
        tuning=examples,
        quantisation=quantisation,
        threads=1,
    )


@pytest.mark.parametrize("quantisation", ["int8", "float16"])
def test_what_changes_too_much_is_taken_back(
    network: Network, base: BaseModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quantisation: Quantisation
) -> None:
    """The bundle then has the float32 encoder, and says so."""
    monkeypatch.setattr("services.trainer.change.LARGEST_CHANGE", -1.0)
    examples = learnable(40)
    candidate = _exported(network, base, tmp_path, examples, quantisation=quantisation)
    assert candidate.quantisation == "none"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([ENCODER, HEAD, TOKENIZER])
    assert candidate.graphs.encode("batch").shape == (network.width,)
    graph = onnx.load(tmp_path / ENCODER).graph
    assert "MatMulInteger" not in {node.op_type for node in graph.node}
    assert all(each.data_type != onnx.TensorProto.FLOAT16 for each in graph.initializer)


def test_the_probe_is_silenced_before_int8_is_given_up(
    network: Network, base: BaseModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is what changed vectors move most; the others then answer alone."""
    shares, examples = network.shares.tolist(), learnable(40)
    monkeypatch.setattr(Change, "acceptable", property(lambda _: network.shares[2] == 0))
    candidate = _exported(network, base, tmp_path, examples, quantisation="int8")
    assert candidate.quantisation == "int8"
    assert network.shares.tolist() == pytest.approx([5 / 8, 3 / 8, 0.0])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([ENCODER, HEAD, TOKENIZER])
    network.count(shares)
    monkeypatch.setattr(Change, "acceptable", property(lambda _: False))
    assert _exported(network, base, tmp_path, examples, quantisation="int8").quantisation == "none"
    assert network.shares.tolist() == shares


def test_a_candidate_is_judged_as_it_will_serve(network: Network, base: BaseModel, tmp_path: Path) -> None:
    """Its surges are weighed in what thresholds, decisions and gate see of it."""
    examples = learnable(40)
    surges = learn_surges([replace(one, label=Verdict.FALSE_POSITIVE) for one in examples])
    surges = surges.model_copy(update={"shares": (0.98, 0.01, 0.01)})
    plain, cautious = (_exported(network, base, tmp_path, examples, surges=each) for each in (None, surges))
    context = examples[0].context
    flooded = [replace(one, context=context.model_copy(update={"values": (9.0,) * PLACES})) for one in examples]
    assert cautious.probabilities(examples) == plain.probabilities(examples)
    assert cautious.probabilities(flooded) == surges.all_weighed(plain.probabilities(flooded), flooded)
    assert surges.shares in cautious.probabilities(flooded)


def test_examples_with_another_context_are_not_judged(network: Network, base: BaseModel, tmp_path: Path) -> None:
    """A model trained with one context version must not be fed another's numbers."""
    export(network, tmp_path)
    example = learnable(1)[0]
    other = type(example)(
        alert=example.alert,
        context=example.context.model_copy(update={"version": 99}),
        label=example.label,
        decided_at=example.decided_at,
        analysts=example.analysts,
    )
    with pytest.raises(VersionUnknown, match="99"):
        _graphs(tmp_path, base).logits([other])


def test_a_temperature_softens_and_rows_sum_to_one() -> None:
    """softmax(logits / temperature)."""
    logits = np.array([[4.0, 0.0, 0.0], [1000.0, -1000.0, 0.0]], dtype=np.float32)
    sharp, soft = softmax(logits, temperature=1.0), softmax(logits, temperature=4.0)
    assert np.allclose(sharp.sum(axis=1), 1.0)
    assert sharp[0, 0] > soft[0, 0] > 1 / 3
    assert sharp[1].tolist() == [1.0, 0.0, 0.0]
