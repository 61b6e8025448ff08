"""What the voices of a network say of samples, and how much each counts."""

from itertools import product

import torch
from torch import Tensor

from services.core.metrics import fit_temperature
from services.trainer import probe, wide
from services.trainer.below import Below
from services.trainer.descent import class_weights
from services.trainer.held_out import vectors_of
from services.trainer.network import VOICES, Network, pooled
from services.trainer.samples import Samples, padded
from services.trainer.settings import Precision, TrainingSettings

_PARTS = 20
_WAYS = [ways for ways in product(range(_PARTS + 1), repeat=len(VOICES)) if sum(ways) == _PARTS]
_SHARES = torch.tensor(_WAYS) / _PARTS
"""All ways to share the answers among the voices in twentieths, [ways, voices]."""


@torch.no_grad()
def fit_linear(network: Network, *, training: Samples, validation: Samples, settings: TrainingSettings) -> None:
    """Fit the linear voices of a fine-tuned network in place, and what each voice counts for, chosen on `validation`.

    First each gets the temperature that makes it likeliest there: the deep one, taught by smoothed verdicts, is less
    sure than it could be, the linear ones surer, and their average would be the loudest one's. What a voice counts for
    is the share of the answers that is to be expected from what all then say, each label by its weight, if all ways to
    share were as likely before: the mean of the posterior, for few examples do not tell which is best. Where text and
    context tell only together what an alert is, which no straight line can, the linear ones count for little.
    """
    network.eval()
    weights, steps = class_weights(training.labels, settings.class_weights), network.head.steps(training.contexts)
    wide.fit(network.wide, training, steps, weights=weights)
    vectors = _of_encoder(network, training, settings.precision)[training.text_of]
    probe.fit(network.probe, vectors, steps, training.labels, weights=weights)
    texts, labels = encoded(network, validation, precision=settings.precision), validation.labels
    network.temper([1.0] * len(VOICES))
    voices = network.voices(texts, validation.contexts)
    network.temper([fit_temperature(voice.tolist(), labels.tolist()) for voice in voices])
    network.count(_expected_shares(network.voices(texts, validation.contexts), labels, weights).tolist())


def _expected_shares(said: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """The posterior's mean, [voices], from logarithms of what each voice says, [voices, n, labels]."""
    told = said.exp().gather(2, labels[None, :, None].expand(len(VOICES), -1, 1)).squeeze(2)  # of what each is
    likelihoods = (weights[labels] * (_SHARES @ told).log()).sum(1)
    return likelihoods.softmax(0) @ _SHARES


@torch.no_grad()
def answers(network: Network, samples: Samples) -> Tensor:
    """The network's answers to samples, [n, labels]."""
    return network.answers(encoded(network, samples), samples.contexts)


def encoded(network: Network, samples: Samples, *, precision: Precision = "float32") -> Tensor:
    """The vectors of samples' texts, the wide voice's part at their end, [n, width]; each distinct one made once."""
    ids, mask = padded(samples.tokens)
    of_wide = pooled(network.wide.states(ids, mask), mask)
    return torch.cat([_of_encoder(network, samples, precision), of_wide], dim=-1)[samples.text_of]


def _of_encoder(network: Network, samples: Samples, precision: Precision) -> Tensor:
    """The encoder's vectors of the distinct texts, [texts, width]."""
    below = Below(network.encoder, samples.tokens, limit=0, precision=precision)
    return vectors_of(network.encoder, below, precision=precision)
