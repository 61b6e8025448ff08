"""The head: what the text says and what happened around it, brought together to logits."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

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
        self.places, self.outputs = places, places * BINS
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
        return filled.reshape(-1, self.outputs)


_NARROWEST = 1e-3
"""Between two equal quantiles: a step from one value to anything above it."""


class Linears(nn.Module):
    """Linear layers side by side, one a member: float32 [n, inputs] or [members, n, inputs] to [members, n, outputs].

    Each is drawn as `nn.Linear` draws its own.
    """

    def __init__(self, members: int, inputs: int, outputs: int) -> None:
        super().__init__()
        reach = inputs**-0.5
        self.weight = nn.Parameter(torch.empty(members, inputs, outputs).uniform_(-reach, reach))
        self.bias = nn.Parameter(torch.empty(members, 1, outputs).uniform_(-reach, reach))

    def forward(self, inputs: Tensor) -> Tensor:
        """What each layer makes of its inputs, or all of the same."""
        return inputs @ self.weight + self.bias


class Dropout(nn.Module):
    """Dropout with a mask for each member: float32 [n, width] or [members, n, width] to [members, n, width].

    Torch draws a double for each number, which would take longer than all else a step does; here a byte decides, so
    that the share is a multiple of 1/256.
    """

    def __init__(self, members: int, share: float) -> None:
        super().__init__()
        self._members = members
        self._dropped = min(255, round(256 * share))

    def forward(self, inputs: Tensor) -> Tensor:
        """The inputs with some of them zero and the others larger for it, or as they are out of training."""
        if not self.training or not self._dropped:
            return inputs
        inputs = inputs.expand(self._members, -1, -1)
        bytes_drawn = torch.empty(-(-inputs.numel() // 8), dtype=torch.int64).random_(-(2**63), None)
        kept = bytes_drawn.view(torch.uint8)[: inputs.numel()].view(inputs.shape) >= self._dropped
        return inputs * kept * (256 / (256 - self._dropped))


class Head(nn.Module):
    """Vector and raw context to logits: float32 [n, width] and [n, places] to [n, labels].

    Both are brought to `hidden` numbers and meet in their product as well as side by side. That the same text means one
    thing when it comes once and another when it repeats is then one step away, not something that layers over a mere
    concatenation have to find out from few verdicts. What the context tells by itself is added in a straight line.

    It is `members` such heads of one shape, each drawn and taught by itself, whose probabilities are averaged
    (Lakshminarayanan, Pritzel and Blundell, "Simple and Scalable Predictive Uncertainty Estimation using Deep
    Ensembles", NeurIPS 2017): what one of them makes of an alert unlike all it learned from is a matter of luck.
    """

    def __init__(self, *, width: int, places: int, hidden: int, dropout: float, members: int = 1) -> None:
        super().__init__()
        self._members = members
        self.steps = Steps(places)
        self.alone = Linears(members, self.steps.outputs, len(LABELS))
        self.text = nn.Sequential(nn.LayerNorm(width), Dropout(members, dropout), Linears(members, width, hidden))
        self.context = nn.Sequential(
            Linears(members, self.steps.outputs, hidden), nn.GELU(), Linears(members, hidden, hidden)
        )
        self.both = nn.Sequential(nn.GELU(), Dropout(members, dropout), Linears(members, 3 * hidden, hidden), nn.GELU())
        self.answer = Linears(members, hidden, len(LABELS))
        nn.init.zeros_(self.alone.weight)

    @torch.no_grad()
    def shift(self, offsets: Tensor) -> None:
        """Add an offset to each label's logit, for good."""
        self.answer.bias.add_(offsets)

    def answers(self, vector: Tensor, context: Tensor) -> Tensor:
        """The members' own logits, [members, n, labels]."""
        steps = self.steps(context)
        text, around = self.text(vector), self.context(steps)
        together = self.both(torch.cat([text, around, text * around], dim=-1))
        logits: Tensor = self.answer(together) + self.alone(steps)
        return logits

    def loss(self, vector: Tensor, context: Tensor, targets: Tensor, *, weight: Tensor) -> Tensor:
        """The members' mean cross entropy to target probabilities [n, labels], each label by its weight [labels].

        Each member learns by its own answers, else they would all come to be one.
        """
        answers = self.answers(vector, context)
        return cross_entropy(answers.flatten(0, 1), targets.repeat(self._members, 1), weight=weight)

    def forward(self, vector: Tensor, context: Tensor) -> Tensor:
        """The logits: logarithms of the members' mean probabilities."""
        return self.answers(vector, context).log_softmax(-1).logsumexp(0) - math.log(self._members)
