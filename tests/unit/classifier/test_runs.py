"""Ways to run an encoder: one text a run, or several of like length together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.classifier import runs, sessions
from services.classifier.errors import ModelUnusable
from services.classifier.runs import Batches, OneByOne, in_batches
from services.classifier.sessions import is_on_gpu, session, suits_gpu
from services.core.bundle import ENCODER, HEAD
from tests.bundles import encoder_graph, head_graph

TEXTS: Sequence[Sequence[int]] = [[1] * length + [2] for length in (9, 1, 4, 4, 30, 2, 1, 17)]


def _graph(*, states: bool = False) -> ort.InferenceSession:
    return session(ENCODER, encoder_graph(states=states))


@given(lengths=st.lists(st.integers(1, 200), max_size=60), most=st.integers(1, 1000))
def test_batches_hold_each_text_once_and_no_more_than_they_may(lengths: list[int], most: int) -> None:
    """What fills them up counts; only a text that alone is longer is in a larger one, by itself."""
    batches = in_batches(lengths, most=most)
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[place] for place in batch) <= most


def test_texts_of_like_length_go_together() -> None:
    """So that little is filled up."""
    assert in_batches([50, 2, 49, 3], most=100) == [[1, 3], [2, 0]]


@pytest.mark.parametrize("tokens", [1, 16, 64, 10_000])
def test_batches_give_the_vectors_that_texts_have_alone(tokens: int) -> None:
    """In the order they were asked for."""
    alone = OneByOne(_graph(), with_states=False)(TEXTS)
    together = Batches(_graph(), tokens=tokens, with_states=False)(TEXTS)
    assert len(together) == len(TEXTS)
    assert all(np.allclose(one.vector, other.vector) for one, other in zip(alone, together, strict=True))
    assert {made.states for made in together} == {None}


def test_a_run_takes_as_many_texts_as_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """One run where all fit, one a text where none do."""
    sizes: list[int] = []
    run = sessions.run

    def counted(graph: Any, outputs: Any, inputs: Any) -> Any:
        sizes.append(len(inputs["input_ids"]))
        return run(graph, outputs, inputs)

    monkeypatch.setattr(runs, "run", counted)
    Batches(_graph(), tokens=10_000, with_states=False)(TEXTS)
    assert sizes == [len(TEXTS)]
    sizes.clear()
    Batches(_graph(), tokens=1, with_states=False)(TEXTS)
    assert sizes == [1] * len(TEXTS)


def test_a_text_s_states_are_those_of_its_own_tokens() -> None:
    """Without what filled it up, and whoever else was in its batch."""
    alone = OneByOne(_graph(states=True), with_states=True)(TEXTS)
    together = Batches(_graph(states=True), tokens=10_000, with_states=True)(TEXTS)
    for one, other, tokens in zip(alone, together, TEXTS, strict=True):
        assert one.states is not None
        assert other.states is not None
        assert len(other.states) == len(tokens)
        assert np.array_equal(one.states, other.states)


def test_a_vector_that_is_kept_does_not_keep_its_batch() -> None:
    """The cache holds vectors for long."""
    made = Batches(_graph(), tokens=10_000, with_states=False)(TEXTS)
    assert all(each.vector.base is None for each in made)


@pytest.mark.parametrize("way", ["alone", "together"])
def test_a_graph_that_fails_is_a_model_that_cannot_be_used(way: str) -> None:
    """Whatever ONNX Runtime raises: an id beyond the table's end, or no vectors at all."""
    unfit = session(ENCODER, head_graph())
    for graph, texts in ((_graph(), [[7]]), (unfit, [[1]])):
        encoder = (
            OneByOne(graph, with_states=False) if way == "alone" else Batches(graph, tokens=100, with_states=False)
        )
        with pytest.raises(ModelUnusable):
            encoder(texts)


@pytest.mark.parametrize(("tokens", "at_once"), [(1, 1), (640, 10), (16_384, 256)])
def test_as_many_texts_are_handed_over_as_fill_a_run(tokens: int, at_once: int) -> None:
    """By their usual length."""
    assert Batches(_graph(), tokens=tokens, with_states=False).at_once == at_once


class _Asked:
    """Stands in for what makes sessions on a machine where ONNX Runtime knows of a GPU, and has one or not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.providers: tuple[str, ...] = ()
        self.preloaded = False
        monkeypatch.setattr(ort, "get_available_providers", lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"])
        monkeypatch.setattr(ort, "preload_dlls", self._preload)
        monkeypatch.setattr("services.classifier.sessions.graph_session", self._session)

    def _preload(self) -> None:
        self.preloaded = True

    def _session(self, graph: bytes, *, providers: tuple[str, ...]) -> ort.InferenceSession:
        self.providers = providers
        return ort.InferenceSession(graph, providers=["CPUExecutionProvider"])


def test_a_gpu_is_asked_for_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And whoever thinks to have one is told where it cannot be used."""
    asked = _Asked(monkeypatch)
    graph = session(ENCODER, encoder_graph(), on_gpu=True)
    assert asked.providers == ("CUDAExecutionProvider", "CPUExecutionProvider")
    assert asked.preloaded
    assert not is_on_gpu(graph)
    assert "cannot use the GPU" in caplog.text


def test_nothing_is_asked_of_a_gpu_where_there_is_none(caplog: pytest.LogCaptureFixture) -> None:
    """Which is no reason to warn."""
    assert not is_on_gpu(session(ENCODER, encoder_graph(), on_gpu=True))
    assert not caplog.text


def test_int8_stays_on_the_cpu(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A GPU has no kernels for it; whoever has one is told what it takes."""
    _Asked(monkeypatch)
    with caplog.at_level("INFO"):
        assert not suits_gpu("int8")
    assert "training.quantise = float16" in caplog.text
    assert suits_gpu("float16")
    assert suits_gpu("none")


def test_the_head_is_asked_for_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes less time than the way to a GPU and back."""
    asked = _Asked(monkeypatch)
    session(HEAD, head_graph())
    assert asked.providers == ("CPUExecutionProvider",)
