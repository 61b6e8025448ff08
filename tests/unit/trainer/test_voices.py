"""How much each voice of a network counts for, and what all say together."""

from pathlib import Path

import pytest
import torch

from services.core.metrics import fit_temperature
from services.trainer.base_model import BaseModel
from services.trainer.network import VOICES, Network
from services.trainer.samples import Samples, prepare
from services.trainer.settings import TrainingSettings
from services.trainer.training import build_network, fine_tune
from services.trainer.voices import answers, encoded, fit_linear
from tests.labelled import PLACES
from tests.learning import learnable, tiny_settings


@pytest.fixture(scope="module")
def settings(base_folder: Path) -> TrainingSettings:
    """Settings of the tiny network."""
    return tiny_settings(base_folder)


def _network(base: BaseModel, settings: TrainingSettings) -> Network:
    return build_network(base, places=PLACES, settings=settings)


def test_what_no_straight_line_tells_is_left_to_the_deep_voice(base: BaseModel, settings: TrainingSettings) -> None:
    """What hangs on text and context together: the others would only blur what it knows."""
    network, validation = _network(base, settings), prepare(learnable(200, seed=9), base.tokenizer)
    _learned(network, prepare(learnable(600), base.tokenizer), validation, settings)
    shares = dict(zip(VOICES, network.shares.tolist(), strict=True))
    assert shares["deep"] > 0.7
    assert sum(shares.values()) == pytest.approx(1.0)
    assert network.figures()["deep_share"] == shares["deep"]


def test_a_head_that_has_learned_nothing_leaves_it_to_the_others(base: BaseModel, settings: TrainingSettings) -> None:
    """And the answers are then theirs."""
    network, samples = _network(base, settings), _told_by_text(base)
    network.head.steps.learn(samples.contexts)
    network.eval()
    fit_linear(network, training=samples, validation=samples, settings=settings)
    assert network.figures()["deep_share"] < 0.1
    said = answers(network, samples)
    assert (said.argmax(1) == samples.labels).float().mean() > 0.95
    assert torch.allclose(said.exp().sum(1), torch.ones(len(samples)), atol=1e-5)


def test_each_linear_voice_knows_what_it_learned(base: BaseModel, settings: TrainingSettings) -> None:
    """By itself: of each example its own text and context, and its own label."""
    network, samples = _network(base, settings), _told_by_text(base)
    network.head.steps.learn(samples.contexts)
    fit_linear(network, training=samples, validation=samples, settings=settings)
    with torch.no_grad():
        voices = dict(zip(VOICES, network.voices(encoded(network, samples), samples.contexts), strict=True))
    for name in ("wide", "probe"):
        assert (voices[name].argmax(1) == samples.labels).float().mean() > 0.95


def test_every_voice_is_as_sure_as_it_may_be(base: BaseModel, settings: TrainingSettings) -> None:
    """Else the loudest would be heard for what it cannot tell: no other temperature would suit any better."""
    network, validation = _network(base, settings), prepare(learnable(200, seed=9), base.tokenizer)
    _learned(network, prepare(learnable(300), base.tokenizer), validation, settings)
    with torch.no_grad():
        for voice in network.voices(encoded(network, validation), validation.contexts):
            assert fit_temperature(voice.tolist(), validation.labels.tolist()) == pytest.approx(1.0, rel=0.01)
    assert not torch.allclose(network.temperatures, torch.ones(len(VOICES)), rtol=0.05)


def _learned(network: Network, training: Samples, validation: Samples, settings: TrainingSettings) -> None:
    """Have all voices learn."""
    fine_tune(
        network, training=training, validation=validation, settings=settings, report=lambda _: None, clock=lambda: 0.0
    )
    fit_linear(network, training=training, validation=validation, settings=settings)


def _told_by_text(base: BaseModel) -> Samples:
    """Samples whose label one word of their text tells."""
    samples = prepare(learnable(300), base.tokenizer)
    shell = base.tokenizer.encode("shell").ids[1]
    has_shell = torch.tensor([shell in tokens for tokens in samples.tokens])
    samples.labels.copy_(torch.where(has_shell, 0, 2)[samples.text_of])
    return samples
