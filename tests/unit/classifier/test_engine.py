"""The engine on tiny, real ONNX bundles."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from services.classifier.engine import Model, load_model
from services.classifier.errors import ModelUnusable
from services.classifier.loading import load_bundle, load_served
from services.classifier.sessions import tokenizer
from services.core.bundle import ENCODER, HEAD, LABELS, MANIFEST, TOKENIZER, VERDICT_HEAD, Canary, Head, read_manifest
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.errors import FileCorrupt, ManifestInvalid
from services.runtime.errors import StoreError
from tests.bundles import ATTACK_WORD, head_graph, publish_bundle, write_bundle

NOTHING_BEFORE = (0.0,) * len(FEATURES[CONTEXT_VERSION])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle."""
    return write_bundle(tmp_path / "v1")


def model_of(folder: Path, *, cache_bytes: int = 1 << 20, files: Mapping[str, bytes] | None = None) -> Model:
    """The folder's bundle, with some of its files exchanged behind the manifest's back."""
    names = {"encoder": ENCODER, "head": HEAD, "tokenizer": TOKENIZER}
    contents: Mapping[str, bytes] = {name: (folder / name).read_bytes() for name in names.values()}
    exchanged = {names[short]: data for short, data in (files or {}).items()}
    manifest = read_manifest((folder / MANIFEST).read_bytes())
    return load_model(manifest, {**contents, **exchanged}, cache_bytes=cache_bytes)


def verdict(model: Model, text: str, context: tuple[float, ...] = NOTHING_BEFORE) -> tuple[float, ...]:
    """The three probabilities."""
    return model.answer(model.encode(text).vector, context)[VERDICT_HEAD]


def test_text_and_context_both_move_the_answer(folder: Path) -> None:
    """The two graphs are joined by the vector."""
    model = model_of(folder)
    assert verdict(model, f"an {ATTACK_WORD}")[0] > 0.9
    assert verdict(model, "nothing")[0] < 0.1
    assert verdict(model, "nothing", (4.0, *NOTHING_BEFORE[1:]))[0] > verdict(model, "nothing")[0]
    assert sum(verdict(model, "nothing")) == pytest.approx(1.0)


def test_a_higher_temperature_makes_it_less_sure(tmp_path: Path) -> None:
    """Probabilities are softmax(logits / temperature)."""
    hot = write_bundle(tmp_path / "hot", heads=(Head(name=VERDICT_HEAD, labels=LABELS, temperature=10.0),))
    cold = write_bundle(tmp_path / "cold")
    assert verdict(model_of(hot), ATTACK_WORD)[0] < verdict(model_of(cold), ATTACK_WORD)[0]
    logits = np.array([4.0, 0.0, 0.0]) / 10.0
    assert verdict(model_of(hot), ATTACK_WORD)[0] == pytest.approx(np.exp(logits[0]) / np.exp(logits).sum(), rel=1e-5)


def test_a_text_is_encoded_once(folder: Path) -> None:
    """Then the cache knows it; without one it never does."""
    model = model_of(folder)
    assert model.known("a b") is None
    encoded = model.encode("a b")
    assert model.known("a b") is encoded
    assert model.encode("a b") is encoded
    uncached = model_of(folder, cache_bytes=0)
    uncached.encode("a b")
    assert uncached.known("a b") is None


def test_a_long_text_is_cut_at_the_models_length(folder: Path) -> None:
    """The word beyond the last token the model reads does not count."""
    model = model_of(folder)
    assert verdict(model, "word " * 64 + ATTACK_WORD) == verdict(model, "word " * 64)


def test_models_with_the_same_tokenizer_share_it(folder: Path) -> None:
    """It is read once: that keeps all other threads waiting, while alerts are scored."""
    definition = (folder / TOKENIZER).read_bytes()
    shared = tokenizer(definition, 64)
    assert tokenizer(bytes(bytearray(definition)), 64) is shared
    assert tokenizer(definition, 32) is not shared
    assert len(tokenizer(definition, 32).encode("word " * 99).ids) == 32
    assert len(shared.encode("word " * 99).ids) == 64


def test_an_empty_text_is_answered(folder: Path) -> None:
    """No tokens at all: the tiny tokenizer adds none of its own."""
    assert len(verdict(model_of(folder), "")) == 3


def test_a_second_question_is_answered_too(tmp_path: Path) -> None:
    """Heads are data in the manifest."""
    heads = (Head(name=VERDICT_HEAD, labels=LABELS), Head(name="severity", labels=("low", "mid", "high")))
    folder = write_bundle(tmp_path / "v1", head=head_graph(outputs=("verdict", "severity")), heads=heads)
    model = model_of(folder)
    assert set(model.answer(model.encode("a").vector, NOTHING_BEFORE)) == {"verdict", "severity"}


@pytest.mark.parametrize(
    "files",
    [
        {"encoder": b"no graph"},
        {"head": b""},
        {"tokenizer": b"{}"},
        {"head": head_graph(labels=2)},
        {"head": head_graph(outputs=("other",))},
        {"head": head_graph(lean=float("nan"))},
    ],
    ids=["encoder", "empty head", "tokenizer", "two labels", "no verdict", "not finite"],
)
def test_what_does_not_answer_as_promised_is_not_loaded(folder: Path, files: dict[str, bytes]) -> None:
    """Found out before it serves."""
    with pytest.raises(ModelUnusable):
        model_of(folder, files=files)


@pytest.mark.parametrize(("shift", "loads"), [(0.01, True), (0.05, False)])
def test_a_model_that_answers_otherwise_than_where_it_was_made_is_not_loaded(
    tmp_path: Path, shift: float, loads: bool
) -> None:
    """The manifest has what it said there; another processor may round, and no more."""
    said = verdict(model_of(write_bundle(tmp_path / "plain")), "a")
    moved = (said[0] + shift, said[1] - shift, said[2])
    folder = write_bundle(tmp_path / "v1", canaries=(Canary(text="a", probabilities=moved),))
    if loads:
        assert model_of(folder).version == "v1"
    else:
        with pytest.raises(ModelUnusable, match="canary"):
            model_of(folder)


def test_a_context_of_another_length_is_refused(folder: Path) -> None:
    """By a sentence, not by the runtime."""
    with pytest.raises(ModelUnusable, match=str(len(NOTHING_BEFORE))):
        verdict(model_of(folder), "a", (0.0,))


def test_what_is_announced_must_be_what_lies_there(tmp_path: Path) -> None:
    """Hash, version, files: each checked before anything is loaded."""
    serving = publish_bundle(tmp_path / "store", tmp_path / "made")
    assert load_served(serving, cache_bytes=0).version == "v1"
    with pytest.raises(FileCorrupt):
        load_served(serving.model_copy(update={"manifest_sha256": "0" * 64}), cache_bytes=0)
    with pytest.raises(ManifestInvalid):
        load_served(serving.model_copy(update={"version": "v2"}), cache_bytes=0)
    with pytest.raises(StoreError):
        load_served(serving.model_copy(update={"uri": f"{serving.uri}-gone"}), cache_bytes=0)


def test_a_named_bundle_is_held_against_its_own_manifest(folder: Path) -> None:
    """Nothing announced it."""
    assert load_bundle(str(folder), cache_bytes=0).version == "v1"
    (folder / HEAD).write_bytes(head_graph(lean=1.0))
    with pytest.raises(FileCorrupt):
        load_bundle(str(folder), cache_bytes=0)


def test_a_place_at_its_mean_is_answered_as_the_context_with_its_mean_there(tmp_path: Path) -> None:
    """Each place in turn, with the head's temperature."""
    heads = (Head(name=VERDICT_HEAD, labels=LABELS, temperature=3.0),)
    means = tuple(place / 10 for place in range(len(NOTHING_BEFORE)))
    model = model_of(write_bundle(tmp_path / "v1", heads=heads, context_means=means))
    context = tuple(2.0 + place for place in range(len(means)))
    expected = [
        verdict(model, "a", (*context[:place], mean, *context[place + 1 :]))[0] for place, mean in enumerate(means)
    ]
    assert model.occluded(model.encode("a").vector, context) == pytest.approx(expected)
