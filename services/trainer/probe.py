"""The probe: a linear model over the encoder's vector and the context's steps.

What the field holds a fine-tuned model against (Alain and Bengio, "Understanding intermediate layers using linear
classifier probes", ICLR 2017 workshop), as a voice within the model: where verdicts are few, a straight line through
what a text means errs less than a network that first has to bring it to few numbers.
"""

import torch
from torch import Tensor, nn

from services.core.bundle import LABELS
from services.trainer.linear_fit import straight_lines

_REGULARISATION = 1.0
"""scikit-learn's C, of places that are standardised, as the baseline has it."""
_ROUNDS = 300
_NARROWEST = 1e-2
"""What a place is standardised by at least: what hardly moves must not be weighed as if int8 did not move it either."""


class Probe(nn.Module):
    """What the vector's places and the context's steps say of each label; all is fitted, and says nothing before."""

    weight: Tensor
    bias: Tensor

    def __init__(self, *, width: int, steps: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(width + steps, len(LABELS)))
        self.register_buffer("bias", torch.zeros(len(LABELS)))

    def forward(self, vector: Tensor, steps: Tensor) -> Tensor:
        """Logarithms of the probabilities, [n, labels], from vectors [n, width] and the context's steps [n, steps]."""
        return (torch.cat([vector, steps], dim=-1) @ self.weight + self.bias).log_softmax(-1)


def fit(probe: Probe, vectors: Tensor, steps: Tensor, labels: Tensor, *, weights: Tensor) -> None:
    """Fit to examples' vectors [n, width], steps [n, steps] and labels [n], each label by its weight [labels]."""
    places = torch.cat([vectors, steps], dim=-1)
    mean, scale = places.mean(0), places.std(0, correction=0).clamp(min=_NARROWEST)
    features = ((places - mean) / scale).numpy()
    found, bias = straight_lines(features, labels, weights=weights, regularisation=_REGULARISATION, rounds=_ROUNDS)
    found /= scale.numpy()
    probe.weight.copy_(torch.tensor(found.T))
    probe.bias.copy_(torch.tensor(bias - found @ mean.numpy()))
