"""The two stages of fine-tuning: the head alone on frozen vectors, then the encoder's upper layers with it."""

import math
from collections.abc import Iterator

import torch

from services.trainer.batches import Batch, batches
from services.trainer.course import Course
from services.trainer.descent import Descent, autocast
from services.trainer.held_out import Best
from services.trainer.progress import Progress

HEAD_SHARE = 0.1
"""How much of the whole the head's own training is reckoned as, in reports of progress."""
_HEAD_BATCH = 128
_HEAD_PATIENCE = 12
"""Passes of the head alone without a lower held-out loss; they are short, and their loss is noisy."""
_PROBE_STEPS = 5
"""Steps after which the speed is known well enough to tell how many the budget allows."""
_REPORT_EVERY = 5


def train_head(course: Course) -> float:
    """Fit the head to the pretrained encoder's vectors, each text encoded once; returns the held-out loss."""
    network, samples, settings = course.network, course.samples, course.settings
    vectors, held_out = course.frozen.training, course.frozen.validation
    steps = settings.head_epochs * math.ceil(len(samples) / _HEAD_BATCH)
    descent = Descent([(network.head.parameters(), settings.head_learning_rate)], steps=steps, **_rates(course))
    best, stalled = Best(network.head), 0
    while not descent.finished and stalled < _HEAD_PATIENCE and course.seconds_left > 0:
        network.head.train()
        loss = 0.0
        for chosen in _shuffled(course):
            loss = descent.step(course.loss(vectors[samples.text_of[chosen]], chosen))
        judged = course.judge("head", done=HEAD_SHARE * descent.share, loss=loss, vectors=held_out)
        stalled = 0 if best.offer(judged) else stalled + 1
    best.restore()
    return best.loss


class Together:
    """Encoder and head learning together; `run` is called once. The best state, the head's own included, stays."""

    def __init__(self, course: Course, *, best_so_far: float) -> None:
        self._course = course
        network, settings = course.network, course.settings
        _let_learn(course)
        learning = [weight for weight in network.encoder.parameters() if weight.requires_grad]
        self.all_steps = settings.epochs * sum(1 for _ in self._batches(None))
        self.descent = Descent(
            [(learning, settings.learning_rate), (network.head.parameters(), settings.head_learning_rate / 10)],
            steps=self.all_steps,
            **_rates(course),
        )
        self._best = Best(network, loss=best_so_far)
        self._examples, self._seconds = 0, 0.0

    @property
    def examples_per_second(self) -> float:
        """Examples trained a second, time spent on the validation part not counted."""
        return self._examples / self._seconds if self._seconds else 0.0

    def run(self) -> None:
        """Train until the steps are done, the budget is spent, or the held-out loss falls no more."""
        stalled = 0
        while not self.descent.finished and stalled < self._course.settings.patience:
            loss = self._pass()
            stalled = 0 if self._best.offer(self._course.judge("together", done=self._done, loss=loss)) else stalled + 1
        self._best.restore()

    @property
    def _done(self) -> float:
        return HEAD_SHARE + (1 - HEAD_SHARE) * self.descent.share

    def _pass(self) -> float:
        """One pass over the training part, or what the plan leaves of it; returns the last step's loss."""
        course, loss = self._course, 0.0
        course.network.train()
        for batch in self._batches(course.generator):
            began = course.clock()
            loss = self._step(batch)
            self._seconds += course.clock() - began
            self._examples += len(batch.examples)
            self._plan()
            if self.descent.done % _REPORT_EVERY == 0:
                speed = self.examples_per_second
                course.report(Progress(stage="together", done=self._done, loss=loss, examples_per_second=speed))
            if self.descent.finished:
                break
        return loss

    def _step(self, batch: Batch) -> float:
        course = self._course
        below, mask = course.below(batch.texts)
        with autocast(course.settings.precision):
            vectors = course.network.encoder.above(below, mask)
        # embedding() is a gather whose gradient adds up in a fixed order, which plain indexing's does not promise
        vectors = torch.nn.functional.embedding(batch.row_of, vectors.float())
        return self.descent.step(course.loss(vectors, batch.examples))

    def _plan(self) -> None:
        """Plan as many steps as the budget allows once the speed is known, and end when it is spent all the same."""
        descent, left = self.descent, self._course.seconds_left
        if descent.done == _PROBE_STEPS:
            fitting = int(left * descent.done / max(self._seconds, 1e-9))
            descent.planned = min(descent.planned, descent.done + max(0, fitting))
        if left <= 0:
            descent.planned = descent.done

    def _batches(self, generator: torch.Generator | None) -> Iterator[Batch]:
        settings = self._course.settings
        return batches(
            self._course.samples,
            texts=settings.batch,
            contexts_per_text=settings.contexts_per_text,
            generator=generator,
        )


def _shuffled(course: Course) -> Iterator[torch.Tensor]:
    """One pass over all examples in the head's own batches."""
    order = torch.randperm(len(course.samples), generator=course.generator)
    for at in range(0, len(order), _HEAD_BATCH):
        yield order[at : at + _HEAD_BATCH]


def _let_learn(course: Course) -> None:
    encoder, settings = course.network.encoder, course.settings
    if settings.method == "lora":
        targets = tuple(filter(None, settings.lora_targets.split(",")))
        encoder.adapt(rank=settings.lora_rank, alpha=settings.lora_alpha, targets=targets)
    else:
        encoder.upper.requires_grad_(requires_grad=True)


def _rates(course: Course) -> dict[str, float]:
    return {"warm_up": course.settings.warm_up, "weight_decay": course.settings.weight_decay}
