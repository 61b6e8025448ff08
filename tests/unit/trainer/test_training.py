"""Fine-tuning, on a model so small that it takes a second."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import torch

from services.trainer.base_model import BaseModel, load_base
from services.trainer.held_out import Best
from services.trainer.network import Network
from services.trainer.progress import Progress
from services.trainer.samples import Samples, prepare
from services.trainer.settings import TrainingSettings
from services.trainer.training import Outcome, build_network, fine_tune
from tests.labelled import PLACES
from tests.learning import learnable, tiny_settings


def _trained(
    base_folder: Path, settings: TrainingSettings, *, clock: Callable[[], float] | None = None
) -> tuple[Network, Outcome, list[Progress], Samples]:
    base = load_base(str(base_folder))
    base.tokenizer.enable_truncation(settings.max_tokens)
    training, validation = (prepare(learnable(size, seed=seed), base.tokenizer) for size, seed in ((400, 1), (200, 2)))
    network = build_network(base, places=PLACES, settings=settings)
    told: list[Progress] = []
    ticks = count()
    outcome = fine_tune(
        network,
        training=training,
        validation=validation,
        settings=settings,
        report=told.append,
        clock=clock or (lambda: float(next(ticks)) * 1e-3),
    )
    return network, outcome, told, validation


def _right(network: Network, samples: Samples) -> float:
    with torch.no_grad():
        vectors = torch.cat([network.encoder(*_row(tokens)) for tokens in samples.tokens])
        said = network.head(vectors[samples.text_of], samples.contexts).argmax(1)
    return float((said == samples.labels).float().mean().item())


def _row(tokens: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.tensor([tokens])
    return ids, torch.ones_like(ids)


@pytest.mark.parametrize("method", ["lora", "full"])
def test_what_hangs_on_text_and_context_together_is_learned(base_folder: Path, method: str) -> None:
    """Neither tells anything alone; a sum of both does not either."""
    network, outcome, told, validation = _trained(base_folder, tiny_settings(base_folder, method=method))
    assert _right(network, validation) > 0.85
    assert outcome.passes[-1].stage == "together"
    assert outcome.examples_per_second > 0
    assert not outcome.cut_by_budget
    shares = [progress.done for progress in told]
    assert shares == sorted(shares)
    assert told[-1].validation_f1 is not None
    assert told[-1].validation_f1 > 0.8


def test_the_same_seed_gives_the_same_weights_bit_by_bit_and_another_others(base_folder: Path) -> None:
    """A run can be repeated on the same machine."""

    def state(seed: int) -> dict[str, torch.Tensor]:
        return _trained(base_folder, tiny_settings(base_folder, head_epochs=4, seed=seed))[0].state_dict()

    once, again, other = state(1), state(1), state(2)
    assert all(torch.equal(once[name], again[name]) for name in once)
    assert any(not torch.equal(once[name], other[name]) for name in once)


def _hurrying(after: int) -> Iterator[float]:
    """A clock that jumps by ten seconds a reading once it has been read some times."""
    now = 0.0
    for reading in count():
        now += 1e-3 if reading < after else 10.0
        yield now


def test_a_spent_budget_ends_training_with_the_best_state_so_far(base_folder: Path) -> None:
    """Time is up in the middle of encoder and head together; what the head had learned alone is not lost."""
    ticks = _hurrying(80)
    settings = tiny_settings(base_folder, epochs=50, patience=50, seconds=30.0)
    network, outcome, _, validation = _trained(base_folder, settings, clock=lambda: next(ticks))
    assert outcome.cut_by_budget
    assert outcome.steps < 20
    assert _right(network, validation) > 0.8


def test_training_stops_when_the_held_out_loss_falls_no_more(base_folder: Path) -> None:
    """Patience is counted in passes."""
    _, outcome, _, _ = _trained(base_folder, tiny_settings(base_folder, epochs=60, patience=1, learning_rate=0.05))
    passes = [one for one in outcome.passes if one.stage == "together"]
    assert len(passes) < 60


def test_a_model_without_passes_together_is_the_head_s_own(base_folder: Path, base: BaseModel) -> None:
    """`epochs` 0 leaves the encoder as it was pretrained."""
    settings = tiny_settings(base_folder, epochs=0)
    network, outcome, _, validation = _trained(base_folder, settings)
    untouched = build_network(base, places=PLACES, settings=settings).encoder
    row = _row(validation.tokens[0])
    assert outcome.steps == 0
    assert torch.equal(network.encoder(*row), untouched.eval()(*row))


def test_a_state_whose_loss_is_no_number_is_not_the_best() -> None:
    """What diverged is not kept, nor is what comes after it taken for better than it is."""
    module = torch.nn.Linear(1, 1)
    best = Best(module)
    assert best.offer(0.3)
    kept = module.weight.detach().clone()
    module.weight.data.fill_(torch.nan)
    assert not best.offer(float("nan"))
    assert not best.offer(5.0)
    best.restore()
    assert torch.equal(module.weight, kept)
