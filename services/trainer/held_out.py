"""The validation part while a network trains: loss and F1 after each pass, and the best state so far."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from services.core.bundle import LABELS
from services.trainer.below import Below
from services.trainer.descent import autocast
from services.trainer.network import Encoder, Network
from services.trainer.samples import Samples
from services.trainer.settings import Precision

_ATTACK = LABELS.index("true_positive")


@dataclass(frozen=True, slots=True)
class Figures:
    """Weighted cross entropy and F1 on attacks."""

    loss: float
    f1: float


class HeldOut:
    """Measures a network on samples it does not learn from."""

    def __init__(self, samples: Samples, below: Below, *, weights: Tensor, precision: Precision = "float32") -> None:
        self._samples, self._below, self._weights = samples, below, weights
        self._precision: Precision = precision

    @torch.no_grad()
    def measure(self, network: Network, vectors: Tensor | None = None) -> Figures:
        """Loss and F1; `vectors` are the encoder's, where they are known already."""
        network.eval()
        if vectors is None:
            vectors = self.vectors(network.encoder)
        logits = network.head(vectors[self._samples.text_of], self._samples.contexts)
        loss = cross_entropy(logits, self._samples.labels, weight=self._weights).item()
        return Figures(loss, attack_f1(logits, self._samples.labels))

    def vectors(self, encoder: Encoder) -> Tensor:
        """The encoder's vectors of its distinct texts."""
        return vectors_of(encoder, self._below, precision=self._precision)


@torch.no_grad()
def vectors_of(encoder: Encoder, below: Below, *, precision: Precision = "float32", size: int = 64) -> Tensor:
    """The encoder's vectors of all texts of `below`, float32 [texts, width]; neighbours in length go together."""
    encoder.eval()
    order = sorted(range(len(below.tokens)), key=lambda text: len(below.tokens[text]))
    vectors = torch.empty(len(order), encoder.width)
    for at in range(0, len(order), size):
        texts = order[at : at + size]
        hidden, mask = below(texts)
        with autocast(precision):
            vectors[texts] = encoder.above(hidden, mask).float()
    return vectors


def attack_f1(logits: Tensor, labels: Tensor) -> float:
    """F1 of "true positive is likeliest" against "is a true positive"."""
    said, true = logits.argmax(1) == _ATTACK, labels == _ATTACK
    both = (said & true).sum().item()
    return 2.0 * both / max(1.0, said.sum().item() + true.sum().item())


class Best:
    """The state of a module's learning weights at the lowest loss so far."""

    def __init__(self, module: nn.Module, *, loss: float = float("inf")) -> None:
        self._weights = [weight for weight in module.parameters() if weight.requires_grad]
        self._state = self._copy()
        self.loss = loss

    def offer(self, loss: float) -> bool:
        """Keep the present state if its loss is the lowest, and say whether it is; one that is no number is not."""
        if not loss < self.loss:
            return False
        self.loss, self._state = loss, self._copy()
        return True

    @torch.no_grad()
    def restore(self) -> None:
        """Go back to the best state."""
        for weight, kept in zip(self._weights, self._state, strict=True):
            weight.copy_(kept)

    def _copy(self) -> list[Tensor]:
        return [weight.detach().clone() for weight in self._weights]
