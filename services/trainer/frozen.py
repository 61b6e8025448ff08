"""What the pretrained encoder makes of texts before any of it learns: what the field calls frozen features."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from services.core.example import Example
from services.trainer.below import Below
from services.trainer.held_out import vectors_of
from services.trainer.network import Encoder
from services.trainer.samples import Samples, prepare
from services.trainer.settings import Precision

Tokens = tuple[int, ...]


class FrozenVectors:
    """Vectors of the base, by a text's tokens, each computed once.

    Training computes those of its own texts anyway, for the head's first passes; they are added. `encode` does the
    rest, which must be while the encoder is still as it was pretrained.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._vectors: dict[Tokens, Tensor] = {}

    def add(self, tokens: Sequence[Sequence[int]], vectors: Tensor) -> None:
        """Keep what is known already: `vectors` [texts, width] of distinct texts."""
        self._vectors.update(zip(map(tuple, tokens), vectors, strict=True))

    def encode(
        self, encoder: Encoder, examples: Sequence[Example], *, besides: Sequence[Samples], precision: Precision
    ) -> None:
        """Compute the vectors of the examples' texts, but of those known already or among the samples `besides`."""
        known = self._vectors.keys() | {tuple(tokens) for samples in besides for tokens in samples.tokens}
        texts = [tokens for tokens in self._prepared(examples).tokens if tuple(tokens) not in known]
        if texts:
            below = Below(encoder, texts, limit=0, precision=precision)
            self.add(texts, vectors_of(encoder, below, precision=precision))

    def of(self, examples: Sequence[Example]) -> NDArray[np.float32]:
        """The examples' vectors, float32 [n, width].

        Raises:
            KeyError: a text was neither added nor encoded.
        """
        samples = self._prepared(examples)
        vectors = torch.stack([self._vectors[tuple(tokens)] for tokens in samples.tokens])
        found: NDArray[np.float32] = vectors[samples.text_of].numpy()
        return found

    def _prepared(self, examples: Sequence[Example]) -> Samples:
        return prepare(examples, self._tokenizer)
