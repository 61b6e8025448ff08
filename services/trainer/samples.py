"""Examples as numbers: each distinct text's tokens once, and every example's place, context and class."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer

from services.core.bundle import LABELS
from services.core.example import Example
from services.core.text import render_alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """n examples over m distinct texts.

    `tokens` has m lists of token ids; `text_of` is int64 [n], the text of each example; `contexts` float32
    [n, places]; `labels` int64 [n], places in `LABELS`; `opinions` float32 [n, labels], how many analysts say each.
    """

    tokens: list[list[int]]
    text_of: torch.Tensor
    contexts: torch.Tensor
    labels: torch.Tensor
    opinions: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)


def prepare(
    examples: Sequence[Example],
    tokenizer: Tokenizer,
    *,
    render: Callable[..., str] = render_alert,
) -> Samples:
    """Render and tokenise examples; the tokenizer truncates as it is set to."""
    places: dict[str, int] = {}
    text_of = [places.setdefault(render(example.alert), len(places)) for example in examples]
    tokens = [encoding.ids for encoding in tokenizer.encode_batch(list(places))]
    return Samples(
        tokens=tokens,
        text_of=torch.tensor(text_of, dtype=torch.int64),
        contexts=torch.tensor([example.context.values for example in examples], dtype=torch.float32),
        labels=torch.tensor([LABELS.index(example.label) for example in examples], dtype=torch.int64),
        opinions=torch.tensor([_opinions(example) for example in examples], dtype=torch.float32),
    )


def _opinions(example: Example) -> list[int]:
    """How many analysts say each label; who said nothing of who they are is one."""
    said = Counter(verdict.value for _, verdict in example.verdicts)
    said[example.label.value] = max(1, said[example.label.value])
    return [said[label] for label in LABELS]


def padded(tokens: Sequence[Sequence[int]], *, pad: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and attention mask, both int64 [texts, longest]; what is padded is masked."""
    width = max(map(len, tokens))
    ids = torch.full((len(tokens), width), pad, dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for row, text in enumerate(tokens):
        ids[row, : len(text)] = torch.tensor(text, dtype=torch.int64)
        mask[row, : len(text)] = 1
    return ids, mask
