"""Gradient descent as every stage does it: AdamW, clipped gradients, a rate that warms up and falls as a cosine."""

import math
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch
from torch import Tensor
from torch.nn import Parameter
from torch.optim import AdamW

from services.core.bundle import LABELS
from services.trainer.settings import Precision

_LARGEST_NORM = 1.0
"""Gradients are clipped to this norm, as transformers' own trainer does."""


class Descent:
    """One optimiser over groups of weights, each with its peak rate, for a planned number of steps.

    `planned` may be lowered while it runs: the rates then fall to nothing over the steps that are left.
    """

    def __init__(
        self,
        groups: Iterable[tuple[Iterable[Parameter], float]],
        *,
        steps: int,
        warm_up: float,
        weight_decay: float,
    ) -> None:
        self.planned = steps
        self.done = 0
        self._warm_up = warm_up
        self._peaks: list[float] = []
        parameters = []
        for weights, rate in groups:
            parameters.append({"params": list(weights), "lr": rate})
            self._peaks.append(rate)
        self._optimiser = AdamW(parameters, weight_decay=weight_decay, fused=True)

    @property
    def finished(self) -> bool:
        """Whether all planned steps are done."""
        return self.done >= self.planned

    @property
    def share(self) -> float:
        """How much of the plan is done, 0 to 1."""
        return min(1.0, self.done / max(1, self.planned))

    def step(self, loss: Tensor) -> float:
        """Go one step down the gradient of `loss`, and return its value."""
        share = rate_at(self.done, self.planned, self._warm_up)
        for group, peak in zip(self._optimiser.param_groups, self._peaks, strict=True):
            group["lr"] = peak * share
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        for group in self._optimiser.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], _LARGEST_NORM)
        self._optimiser.step()
        self.done += 1
        return loss.item()


def rate_at(step: int, steps: int, warm_up: float) -> float:
    """The learning rate's share of its peak: up in a line over the first steps, down as half a cosine after."""
    rising = max(1, int(steps * warm_up))
    if step < rising:
        return (step + 1) / rising
    fallen = (step - rising) / max(1, steps - rising)
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, fallen)))


def class_weights(labels: Tensor, kind: Literal["none", "root", "balanced"]) -> Tensor:
    """What each label counts for in the loss, [labels]: one on average over the examples, one where it is absent."""
    counts = torch.bincount(labels, minlength=len(LABELS)).float()
    present = counts > 0
    power = {"none": 0.0, "root": 0.5, "balanced": 1.0}[kind]
    weights = torch.where(present, counts.clamp(min=1.0) ** -power, torch.zeros(()))
    weights = weights * counts.sum() / (weights * counts).sum()
    return torch.where(present, weights, torch.ones(()))


def smoothed(opinions: Tensor, share: float) -> Tensor:
    """What to learn of alerts about which so many analysts say each label, as probabilities, both [n, labels].

    A single verdict gives `share` of its weight to all labels that occur, in equal parts (label smoothing, Szegedy et
    al., "Rethinking the Inception Architecture", CVPR 2016, section 7). Those parts count as that many more opinions:
    a second analyst who agrees leaves about half as much in doubt, one who does not makes the alert half the other's.
    """
    occurs = (opinions.sum(0) > 0).float()
    doubt = share / (1 - share) / occurs.sum().clamp(min=1.0)
    counted = opinions + doubt * occurs
    return counted / counted.sum(1, keepdim=True)


def uses_bfloat16(precision: Precision) -> bool:
    """Whether to train in bfloat16: where the processor multiplies it natively, it is faster, elsewhere far slower."""
    if precision != "auto":
        return precision == "bfloat16"
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def autocast(precision: Precision) -> AbstractContextManager[object]:
    """The context in which the encoder runs while it trains."""
    return torch.autocast("cpu", dtype=torch.bfloat16) if uses_bfloat16(precision) else nullcontext()
