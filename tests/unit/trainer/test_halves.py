"""How much the wide half counts for, and what both say together."""

from pathlib import Path

import pytest
import torch

from services.core.metrics import fit_temperature
from services.trainer.base_model import BaseModel
from services.trainer.below import Below
from services.trainer.halves import answers, fit_wide, with_wide
from services.trainer.held_out import vectors_of
from services.trainer.network import Network
from services.trainer.samples import Samples, prepare
from services.trainer.settings import TrainingSettings
from services.trainer.training import build_network, fine_tune
from tests.labelled import PLACES
from tests.learning import learnable, tiny_settings


@pytest.fixture(scope="module")
def settings(base_folder: Path) -> TrainingSettings:
    """Settings of the tiny network."""
    return tiny_settings(base_folder)


def _network(base: BaseModel, settings: TrainingSettings) -> Network:
    return build_network(base, places=PLACES, settings=settings)


def test_what_neither_half_tells_alone_is_left_to_the_deep_one(base: BaseModel, settings: TrainingSettings) -> None:
    """What hangs on text and context together no straight line can say: it would only blur what the other knows."""
    network, validation = _network(base, settings), prepare(learnable(200, seed=9), base.tokenizer)
    vectors, share = _learned(network, prepare(learnable(600), base.tokenizer), validation, settings)
    assert torch.allclose(vectors, _vectors(network, validation), atol=0.05)  # those may come of bfloat16
    assert share < 0.3
    assert network.shares.tolist() == pytest.approx([1 - share, share])


def test_a_head_that_has_learned_nothing_leaves_it_to_the_wide_half(
    base: BaseModel, settings: TrainingSettings
) -> None:
    """And the answers are then its own."""
    network, samples = _network(base, settings), _told_by_text(base)
    network.head.steps.learn(samples.contexts)
    network.eval()
    vectors = _vectors(network, samples)
    assert fit_wide(network, training=samples, validation=samples, vectors=vectors, settings=settings) > 0.7
    said = answers(network, samples)
    assert (said.argmax(1) == samples.labels).float().mean() > 0.95
    assert torch.allclose(said.exp().sum(1), torch.ones(len(samples)), atol=1e-5)


def test_both_halves_are_as_sure_as_they_may_be(base: BaseModel, settings: TrainingSettings) -> None:
    """Else the louder one would be heard for what it cannot tell: no other temperature would suit either better."""
    network, validation = _network(base, settings), prepare(learnable(200, seed=9), base.tokenizer)
    vectors, _ = _learned(network, prepare(learnable(300), base.tokenizer), validation, settings)
    with torch.no_grad():
        both = with_wide(network, validation, vectors)[validation.text_of]
        for half in network.halves(both, validation.contexts):
            assert fit_temperature(half.tolist(), validation.labels.tolist()) == pytest.approx(1.0, rel=0.01)
    assert not torch.allclose(network.temperatures, torch.ones(2), rtol=0.05)


def _learned(
    network: Network, training: Samples, validation: Samples, settings: TrainingSettings
) -> tuple[torch.Tensor, float]:
    """Have both halves learn; the validation part's vectors, and what the wide half counts for."""
    vectors = fine_tune(
        network, training=training, validation=validation, settings=settings, report=lambda _: None, clock=lambda: 0.0
    ).validation
    return vectors, fit_wide(network, training=training, validation=validation, vectors=vectors, settings=settings)


def _vectors(network: Network, samples: Samples) -> torch.Tensor:
    return vectors_of(network.encoder, Below(network.encoder, samples.tokens, limit=0))


def _told_by_text(base: BaseModel) -> Samples:
    """Samples whose label one word of their text tells."""
    samples = prepare(learnable(300), base.tokenizer)
    shell = base.tokenizer.encode("shell").ids[1]
    has_shell = torch.tensor([shell in tokens for tokens in samples.tokens])
    samples.labels.copy_(torch.where(has_shell, 0, 2)[samples.text_of])
    return samples
