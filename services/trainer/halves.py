"""What both halves of a network say of samples, and how much each counts."""

import torch
from torch import Tensor

from services.core.metrics import fit_temperature
from services.trainer import wide
from services.trainer.below import Below
from services.trainer.descent import class_weights
from services.trainer.held_out import vectors_of
from services.trainer.network import Network, pooled
from services.trainer.samples import Samples, padded
from services.trainer.settings import TrainingSettings

_SHARES = torch.linspace(0.0, 1.0, 101)


@torch.no_grad()
def fit_wide(
    network: Network, *, training: Samples, validation: Samples, vectors: Tensor, settings: TrainingSettings
) -> float:
    """Fit the wide half of a fine-tuned network in place, and return what it counts for, chosen on `validation`.

    First each half gets the temperature that makes it likeliest there: the deep half, taught by smoothed verdicts, is
    less sure than it could be, the wide half surer, and their average would be the louder one's. What the wide half
    counts for is the share of the answers that is to be expected from what both then say, each label by its weight, if
    all shares were as likely before: the mean of the posterior, for few examples do not tell which is best. Where text
    and context tell only together what an alert is, which no straight line can, the wide half counts for little.

    `vectors` are those that the encoder makes of the validation part's distinct texts, [texts, width].
    """
    weights = class_weights(training.labels, settings.class_weights)
    wide.fit(network.wide, training, network.head.steps(training.contexts), weights=weights)
    both, labels = with_wide(network, validation, vectors)[validation.text_of], validation.labels
    network.temper(1.0, 1.0)
    halves = network.halves(both, validation.contexts)
    network.temper(*(fit_temperature(half.tolist(), labels.tolist()) for half in halves))
    said = network.halves(both, validation.contexts).exp()  # [2, n, labels]
    deep, linear = said.gather(2, labels[None, :, None].expand(2, -1, 1))  # of what each example is, [n, 1]
    likelihoods = (weights[labels, None] * (deep * (1 - _SHARES) + linear * _SHARES).log()).sum(0)
    share = float(likelihoods.softmax(0) @ _SHARES)
    network.count(share)
    return share


@torch.no_grad()
def answers(network: Network, samples: Samples) -> Tensor:
    """The network's answers to samples, [n, labels]; each distinct text is encoded once."""
    deep = vectors_of(network.encoder, Below(network.encoder, samples.tokens, limit=0))
    return network.answers(with_wide(network, samples, deep)[samples.text_of], samples.contexts)


def with_wide(network: Network, samples: Samples, deep: Tensor) -> Tensor:
    """The distinct texts' vectors with what the wide half makes of the texts at their end, [texts, width]."""
    ids, mask = padded(samples.tokens)
    return torch.cat([deep, pooled(network.wide.states(ids, mask), mask)], dim=-1)
