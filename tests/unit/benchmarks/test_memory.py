"""What fine-tuning holds is counted as it is: each storage once, weights apart, the optimiser's state whole."""

import torch
from torch.autograd.graph import saved_tensors_hooks
from torch.optim import AdamW
from torch.optim.optimizer import register_optimizer_step_post_hook

from benchmarks.memory import Held

_ROWS, _IN, _OUT = 5, 7, 3


def test_what_a_step_holds_is_counted_by_part() -> None:
    """A layer whose output is squared: its input and its output are kept, its weight is not an activation."""
    held, weight = Held(), torch.nn.Parameter(torch.randn(_IN, _OUT))
    optimiser = AdamW([weight])
    hook = register_optimizer_step_post_hook(held.stepped)
    inputs = torch.randn(_ROWS, _IN)
    for _ in range(2):
        with saved_tensors_hooks(held.keep, lambda tensor: tensor):
            (inputs @ weight).square().sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        optimiser.zero_grad()
    hook.remove()
    assert held.gradients == 4 * _IN * _OUT
    assert held.optimiser == 2 * 4 * _IN * _OUT + 4  # two moments, and the number of steps
    assert held.activations == 4 * (_ROWS * _IN + _ROWS * _OUT)
