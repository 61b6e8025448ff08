"""Frozen vectors: those of the base before it learned, each text once."""

import numpy as np
import pytest
import torch

from services.trainer.base_model import BaseModel
from services.trainer.frozen import FrozenVectors
from services.trainer.network import Encoder
from services.trainer.samples import prepare
from tests.learning import learnable

TRAINING, HELD_OUT = learnable(40), learnable(40, seed=2)


class Counting(Encoder):
    """An encoder that counts the texts it is given."""

    texts = 0

    def above(self, below: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """As the encoder does."""
        self.texts += len(below)
        return super().above(below, mask)


def test_what_is_known_is_not_computed_again_and_what_is_not_is_computed_once(base: BaseModel) -> None:
    """And each example gets its own text's vector."""
    encoder = Counting(base.model)
    training, held_out = prepare(TRAINING, base.tokenizer), prepare(HELD_OUT, base.tokenizer)
    new = {tuple(tokens) for tokens in held_out.tokens} - {tuple(tokens) for tokens in training.tokens}
    frozen = FrozenVectors(base.tokenizer)
    frozen.encode(encoder, HELD_OUT, besides=[training], precision="float32")
    assert encoder.texts == len(new)
    frozen.encode(encoder, HELD_OUT, besides=[training], precision="float32")
    assert encoder.texts == len(new)
    frozen.add(training.tokens, torch.ones(len(training.tokens), encoder.width))
    vectors = frozen.of(HELD_OUT)
    assert vectors.shape == (40, encoder.width)
    ones = [bool(np.all(vector == 1)) for vector in vectors]
    assert ones == [tuple(held_out.tokens[text]) not in new for text in held_out.text_of.tolist()]
    alone = encoder(torch.tensor([held_out.tokens[held_out.text_of[0]]]), torch.ones(1, len(held_out.tokens[0])))
    if not ones[0]:
        assert vectors[0] == pytest.approx(alone[0].detach().numpy(), abs=1e-5)


def test_a_text_nobody_encoded_is_an_error(base: BaseModel) -> None:
    """Rather than the vector of another."""
    with pytest.raises(KeyError):
        FrozenVectors(base.tokenizer).of(TRAINING)
