"""Batches: every example once, every text encoded once, and the same gradients as without the shortcut."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.bundle import LABELS
from services.trainer.base_model import BaseModel
from services.trainer.batches import batches
from services.trainer.head import Head
from services.trainer.network import Encoder, Network
from services.trainer.samples import Samples, padded, prepare
from tests.labelled import PLACES
from tests.learning import learnable


def _samples(texts: list[int], lengths: int = 5) -> Samples:
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return Samples(
        tokens=[[1] * (1 + place % lengths) for place in places.values()],
        text_of=torch.tensor([places[text] for text in texts]),
        contexts=torch.zeros(len(texts), 2),
        labels=torch.zeros(len(texts), dtype=torch.int64),
        opinions=torch.zeros(len(texts), len(LABELS)),
    )


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(st.integers(0, 9), min_size=1, max_size=80),
    size=st.integers(1, 7),
    each=st.integers(1, 4),
    shuffled=st.booleans(),
)
def test_a_pass_has_every_example_exactly_once_with_its_own_text(
    texts: list[int], size: int, each: int, shuffled: bool
) -> None:
    """Whatever repeats, and in whatever order."""
    samples = _samples(texts)
    generator = torch.Generator().manual_seed(5) if shuffled else None
    seen: list[int] = []
    for batch in batches(samples, texts=size, contexts_per_text=each, generator=generator):
        assert len(batch.texts) == len(set(batch.texts)) <= size
        assert len(batch.examples) <= size * each
        rows = torch.tensor(batch.texts)[batch.row_of]
        assert torch.equal(rows, samples.text_of[batch.examples])
        seen += batch.examples.tolist()
    assert sorted(seen) == list(range(len(texts)))


def test_the_same_seed_gives_the_same_batches_and_another_seed_others() -> None:
    """A run can be repeated."""
    samples = _samples(list(range(10)) * 9)

    def order(seed: int) -> list[list[int]]:
        generator = torch.Generator().manual_seed(seed)
        return [b.examples.tolist() for b in batches(samples, texts=4, contexts_per_text=2, generator=generator)]

    assert order(1) == order(1) != order(2)


def test_encoding_each_text_once_gives_the_gradients_of_encoding_every_example(base: BaseModel) -> None:
    """The shortcut is exact."""
    samples = prepare(learnable(60), base.tokenizer)
    assert len(samples.tokens) < 60
    torch.manual_seed(0)
    network = Network(Encoder(base.model), Head(width=32, places=PLACES, hidden=8, dropout=0.0)).eval()
    (batch,) = batches(samples, texts=60, contexts_per_text=60)

    def gradient(texts: list[int], row_of: torch.Tensor) -> torch.Tensor:
        network.zero_grad()
        ids, mask = padded([samples.tokens[text] for text in texts])
        logits = network.head(network.encoder(ids, mask)[row_of], samples.contexts[batch.examples])
        torch.nn.functional.cross_entropy(logits, samples.labels[batch.examples]).backward()  # type: ignore[no-untyped-call]
        return torch.cat([p.grad.flatten() for p in network.encoder.parameters() if p.grad is not None])

    once = gradient(batch.texts, batch.row_of)
    each = gradient(samples.text_of[batch.examples].tolist(), torch.arange(60))
    assert torch.allclose(once, each, atol=1e-6)
    assert once.abs().max() > 1e-4
