"""Fine-tuning of a network on examples: the head first, which takes seconds, then encoder and head together.

Deterministic in the seed on one machine, unless the time budget cuts it: then the number of steps is what fits.
"""

from dataclasses import dataclass

import torch

from services.trainer.base_model import BaseModel, load_base
from services.trainer.course import Clock, Course, Frozen, Pass
from services.trainer.descent import uses_bfloat16
from services.trainer.head import Head
from services.trainer.network import Encoder, Network
from services.trainer.progress import Report
from services.trainer.samples import Samples
from services.trainer.settings import TrainingSettings
from services.trainer.stages import Together, train_head


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How fine-tuning went; `seconds` is the whole of it, `examples_per_second` that of encoder and head together.

    `frozen` are the texts' vectors as they were before.
    """

    seconds: float
    examples_per_second: float
    steps: int
    cut_by_budget: bool
    precision: str
    passes: tuple[Pass, ...]
    frozen: Frozen


def build_network(base: BaseModel, *, places: int, settings: TrainingSettings) -> Network:
    """A network over a base model, its head drawn from the settings' seed; `places` are the context's numbers."""
    torch.manual_seed(settings.seed)
    encoder = Encoder(base.model, layers=settings.kept_layers, trained_layers=settings.trained_layers)
    head = Head(
        width=encoder.width,
        places=places,
        hidden=settings.head_width,
        dropout=settings.dropout,
        members=settings.head_members,
    )
    return Network(encoder, head)


def held_out_loss(
    settings: TrainingSettings, report: Report, *, training: Samples, validation: Samples, clock: Clock
) -> float:
    """Train a new network by these settings, and return the lowest loss it had on `validation`."""
    base = load_base(settings.base, expected_sha256=settings.base_sha256)
    network = build_network(base, places=training.contexts.shape[1], settings=settings)
    outcome = fine_tune(
        network, training=training, validation=validation, settings=settings, report=report, clock=clock
    )
    return min(one.validation_loss for one in outcome.passes)


def fine_tune(
    network: Network,
    *,
    training: Samples,
    validation: Samples,
    settings: TrainingSettings,
    report: Report,
    clock: Clock,
) -> Outcome:
    """Train the network in place; what stays is the state with the lowest loss on `validation`.

    The probabilities are those of the training part as it came: what the class weights shifted is taken back.
    """
    torch.manual_seed(settings.seed)  # dropout draws from torch's own generator
    course = Course(network, training=training, validation=validation, settings=settings, report=report, clock=clock)
    loss = train_head(course)
    together = Together(course, best_so_far=loss)
    together.run()
    network.encoder.merge()
    network.head.shift(-course.weights.log())
    network.eval()
    return Outcome(
        seconds=course.seconds,
        examples_per_second=together.examples_per_second,
        steps=together.descent.done,
        cut_by_budget=together.descent.planned < together.all_steps,
        precision="bfloat16" if uses_bfloat16(settings.precision) else "float32",
        passes=tuple(course.passes),
        frozen=course.frozen,
    )
