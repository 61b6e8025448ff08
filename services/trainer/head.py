"""The head: what the text says and what happened around it, brought together to logits."""

import torch
from torch import Tensor, nn

from services.core.bundle import LABELS

BINS = 8
"""Steps in which a place of the context is read, between the quantiles of what training saw."""


class Steps(nn.Module):
    """A context's numbers as steps between quantiles: float32 [n, places] to [n, places * BINS], each in 0 to 1.

    Piecewise linear encoding (Gorishniy, Rubachev and Babenko, "On Embeddings for Numerical Features in Tabular Deep
    Learning", NeurIPS 2022): a number fills the steps below it and part of its own, so that a linear layer over them is
    any curve. What lies beyond what training saw fills no more steps than the farthest there: what a busier day's
    counts mean was never learned, and must not be extrapolated.
    """

    low: Tensor
    width: Tensor
    used: Tensor

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places
        self.register_buffer("low", torch.zeros(places, BINS))
        self.register_buffer("width", torch.ones(places, BINS))
        self.register_buffer("used", torch.zeros(places, BINS))

    def learn(self, contexts: Tensor) -> None:
        """Take the quantiles from the training contexts; a step that none of them enters stays empty for ever."""
        edges = torch.quantile(contexts, torch.linspace(0, 1, BINS + 1), dim=0).T
        self.low.copy_(edges[:, :-1])
        self.width.copy_((edges[:, 1:] - edges[:, :-1]).clamp(min=_NARROWEST))
        self.used.copy_(edges[:, :-1] < edges[:, -1:])

    def forward(self, contexts: Tensor) -> Tensor:
        """The steps."""
        filled = ((contexts.unsqueeze(-1) - self.low) / self.width).clamp(0.0, 1.0) * self.used
        return filled.reshape(-1, self.places * BINS)


_NARROWEST = 1e-3
"""Between two equal quantiles: a step from one value to anything above it."""


class Head(nn.Module):
    """Vector and raw context to logits: float32 [n, width] and [n, places] to [n, labels].

    Both are brought to `hidden` numbers and meet in their product as well as side by side. That the same text means one
    thing when it comes once and another when it repeats is then one step away, not something that layers over a mere
    concatenation have to find out from few verdicts. What the context tells by itself is added in a straight line.
    """

    def __init__(self, *, width: int, places: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.steps = Steps(places)
        self.alone = nn.Linear(places * BINS, len(LABELS))
        self.text = nn.Sequential(nn.LayerNorm(width), nn.Dropout(dropout), nn.Linear(width, hidden))
        self.context = nn.Sequential(nn.Linear(places * BINS, hidden), nn.GELU(), nn.Linear(hidden, hidden))
        self.both = nn.Sequential(nn.GELU(), nn.Dropout(dropout), nn.Linear(3 * hidden, hidden), nn.GELU())
        self.answer = nn.Linear(hidden, len(LABELS))
        nn.init.zeros_(self.alone.weight)

    @torch.no_grad()
    def shift(self, offsets: Tensor) -> None:
        """Add an offset to each label's logit, for good."""
        self.answer.bias.add_(offsets)

    def forward(self, vector: Tensor, context: Tensor) -> Tensor:
        """The logits."""
        text, steps = self.text(vector), self.steps(context)
        around = self.context(steps)
        together = self.both(torch.cat([text, around, text * around], dim=-1))
        logits: Tensor = self.answer(together) + self.alone(steps)
        return logits
