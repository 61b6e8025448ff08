"""What fine-tuning holds in memory, part by part: adapters of low rank beside all weights of the same layers.

Weights, gradients and the optimiser's state are counted as they are after a step; activations are what the forward pass
keeps for the backward pass, each storage once, at the largest step. Resident memory is the whole process's at its peak,
libraries and the cache of the frozen layers included. Each measurement is a process of its own.

Run as `python -m benchmarks.memory [texts]`.
"""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from multiprocessing import get_context

import torch
from torch.autograd.graph import saved_tensors_hooks
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook

from benchmarks.report import Line, report
from benchmarks.training import Shape, samples
from services.trainer.base_model import load_base
from services.trainer.samples import Samples
from services.trainer.settings import PACKAGE, TrainingSettings
from services.trainer.trained import peak_memory_bytes
from services.trainer.training import build_network, fine_tune

_LIBRARIES = ("torch", "transformers", "peft")
_MIB = 2**20
PARTS = ("weights", "gradients", "optimiser", "activations", "resident")


@dataclass(slots=True)
class Held:
    """Bytes held by each part, the largest so far; `kept` are the storages that the step under way keeps."""

    weights: int = 0
    gradients: int = 0
    optimiser: int = 0
    activations: int = 0
    resident: int = 0
    kept: dict[int, int] = field(default_factory=dict)

    def keep(self, tensor: torch.Tensor) -> torch.Tensor:
        """Count what is kept for the backward pass; weights are not, they are there anyway."""
        if not isinstance(tensor, torch.nn.Parameter):
            storage = tensor.untyped_storage()
            self.kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    def stepped(self, optimiser: Optimizer, *_: object) -> None:
        """Count what a step leaves, and begin the next."""
        learning = [weight for group in optimiser.param_groups for weight in group["params"]]
        gradients = (weight.grad for weight in learning if weight.grad is not None)
        state = chain.from_iterable(each.values() for each in optimiser.state.values())
        self.gradients = max(self.gradients, sum(map(_bytes, gradients)))
        self.optimiser = max(self.optimiser, sum(_bytes(one) for one in state if isinstance(one, torch.Tensor)))
        self.activations = max(self.activations, sum(self.kept.values()))
        self.kept.clear()


def _bytes(tensor: torch.Tensor) -> int:
    return tensor.nbytes


def held_by(data: Samples, settings: TrainingSettings) -> Held:
    """Fine-tune encoder and head in this process, and say what was held."""
    held = Held()
    network = build_network(load_base(PACKAGE), places=data.contexts.shape[1], settings=settings)
    hook = register_optimizer_step_post_hook(held.stepped)
    with saved_tensors_hooks(held.keep, lambda tensor: tensor):
        fine_tune(
            network, training=data, validation=data, settings=settings, report=lambda _: None, clock=time.perf_counter
        )
    hook.remove()
    held.weights = sum(map(_bytes, chain(network.parameters(), network.buffers())))
    held.resident = peak_memory_bytes()
    return held


def texts_of(tokens: int, *, count: int, cut: int) -> Samples:
    """Texts of so many tokens, cut to what the settings let through as the tokenizer cuts them."""
    shape = Shape(name="", shortest=tokens, longest=tokens, contexts=1)
    made = samples(shape, examples=count, seed=1)
    made.tokens[:] = [text[:cut] for text in made.tokens]
    return made


def measured(method: str, *, tokens: int, count: int) -> Held:
    """What is held with a method and texts of so many tokens, in this process."""
    settings = TrainingSettings.model_validate({"method": method, "epochs": 1, "head_epochs": 0})
    return held_by(texts_of(tokens, count=count, cut=settings.max_tokens), settings)


def lines(count: int) -> Iterator[Line]:
    """Low rank beside full at the longest text let through, and texts far longer than that beside those."""
    longest = TrainingSettings().max_tokens
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as apart:
        full, lora, far_longer = (
            apart.submit(measured, method, tokens=tokens, count=count)
            for method, tokens in (("full", longest), ("lora", longest), ("lora", 20 * longest))
        )
        for part in PARTS:
            yield _line(f"LoRA beside full: {part}", lora.result(), full.result(), part)
        for part in ("activations", "resident"):
            yield _line(
                f"LoRA, texts of {20 * longest:,} tokens beside {longest}: {part}",
                far_longer.result(),
                lora.result(),
                part,
            )


def _line(name: str, held: Held, beside: Held, part: str) -> Line:
    value, reference = getattr(held, part), getattr(beside, part)
    ratio = value / reference if reference else None
    return Line(name=name, value=value / _MIB, unit="MiB", reference=reference / _MIB, ratio=ratio)


def main() -> None:
    """Measure and write `results/memory.json`."""
    (texts,) = sys.argv[1:] or ("128",)
    report("memory", list(lines(int(texts))), libraries=_LIBRARIES)


if __name__ == "__main__":
    main()
