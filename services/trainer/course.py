"""What the stages of one fine-tuning share: network, samples, validation part, clock and reports."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from services.trainer.below import Below
from services.trainer.descent import class_weights, smoothed
from services.trainer.held_out import HeldOut, vectors_of
from services.trainer.network import Network
from services.trainer.progress import Progress, Report
from services.trainer.samples import Samples
from services.trainer.settings import TrainingSettings

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What one pass over the training part came to; `stage` is `head` or `together`."""

    stage: str
    training_loss: float
    validation_loss: float
    validation_f1: float


@dataclass(frozen=True, slots=True)
class Frozen:
    """The vectors of the distinct texts of training and validation part, [texts, width], before the encoder learned."""

    training: Tensor
    validation: Tensor


class Course:
    """One fine-tuning from its beginning to its end."""

    def __init__(
        self,
        network: Network,
        *,
        training: Samples,
        validation: Samples,
        settings: TrainingSettings,
        report: Report,
        clock: Clock,
    ) -> None:
        self.network, self.samples, self.settings = network, training, settings
        self.report, self.clock, self._began = report, clock, clock()
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.weights = class_weights(training.labels, settings.class_weights)
        self._targets = smoothed(training.opinions, settings.label_smoothing)
        network.encoder.requires_grad_(requires_grad=False)
        network.head.steps.learn(training.contexts)
        self.below = self._below(training)
        self.held_out = HeldOut(validation, self._below(validation), weights=self.weights, precision=settings.precision)
        self.passes: list[Pass] = []
        self.frozen = Frozen(
            training=vectors_of(network.encoder, self.below, precision=settings.precision),
            validation=self.held_out.vectors(network.encoder),
        )

    def _below(self, samples: Samples) -> Below:
        settings = self.settings
        return Below(self.network.encoder, samples.tokens, limit=settings.cache_bytes, precision=settings.precision)

    @property
    def seconds(self) -> float:
        """Time since the beginning."""
        return self.clock() - self._began

    @property
    def seconds_left(self) -> float:
        """What is left of the time budget."""
        return self.settings.seconds - self.seconds

    def loss(self, vectors: Tensor, examples: Tensor) -> Tensor:
        """The loss of some of the training part, by its places [n], whose texts' vectors [n, width] are these."""
        contexts, targets = self.samples.contexts[examples], self._targets[examples]
        return self.network.head.loss(vectors, contexts, targets, weight=self.weights)

    def judge(self, stage: str, *, done: float, loss: float, vectors: Tensor | None = None) -> float:
        """Measure the network on the validation part, record and report it, and return the held-out loss."""
        figures = self.held_out.measure(self.network, vectors)
        self.passes.append(
            Pass(stage=stage, training_loss=loss, validation_loss=figures.loss, validation_f1=figures.f1)
        )
        self.report(Progress(stage=stage, done=done, loss=loss, validation_loss=figures.loss, validation_f1=figures.f1))
        return figures.loss
