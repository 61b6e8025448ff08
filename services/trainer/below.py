"""What the frozen layers make of each text, computed once and kept as far as memory allows."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from services.trainer.descent import autocast
from services.trainer.network import Encoder
from services.trainer.samples import padded
from services.trainer.settings import Precision

_FLOAT_BYTES = 4
_FILL = 64
"""Texts computed together while the cache is filled."""


class Below:
    """The lower half of an encoder over a fixed list of texts.

    Texts are kept in their order until `limit` bytes are full; the others are computed each time they are asked for.
    """

    def __init__(
        self, encoder: Encoder, tokens: Sequence[list[int]], *, limit: int, precision: Precision = "float32"
    ) -> None:
        self._encoder = encoder
        self.tokens = tokens
        self._precision: Precision = precision
        self._kept: dict[int, Tensor] = {}
        if encoder.lower is not None:
            self._fill(limit // (_FLOAT_BYTES * encoder.width))

    @torch.no_grad()
    def _fill(self, room: int) -> None:
        """Keep the first texts whose tokens fit; neighbours in length are computed together."""
        fitting = []
        for text, ids in enumerate(self.tokens):
            room -= len(ids)
            if room < 0:
                break
            fitting.append(text)
        fitting.sort(key=lambda text: len(self.tokens[text]))
        for at in range(0, len(fitting), _FILL):
            texts = fitting[at : at + _FILL]
            hidden, _ = self._computed(texts)
            for text, states in zip(texts, hidden, strict=True):
                self._kept[text] = states[: len(self.tokens[text])].clone()

    def __call__(self, texts: Sequence[int]) -> tuple[Tensor, Tensor]:
        """What `Encoder.above` takes for these texts, and their mask."""
        if any(text not in self._kept for text in texts):
            return self._computed(texts)
        hidden = pad_sequence([self._kept[text] for text in texts], batch_first=True)
        lengths = torch.tensor([len(self.tokens[text]) for text in texts])
        mask = (torch.arange(hidden.shape[1])[None, :] < lengths[:, None]).to(torch.int64)
        return hidden, mask

    @torch.no_grad()
    def _computed(self, texts: Sequence[int]) -> tuple[Tensor, Tensor]:
        ids, mask = padded([self.tokens[text] for text in texts])
        with autocast(self._precision):
            hidden = self._encoder.below(ids, mask)
        return hidden.float() if hidden.is_floating_point() else hidden, mask
