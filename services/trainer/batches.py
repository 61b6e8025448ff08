"""Batches of distinct texts, each with some of its examples.

Real streams repeat: the same text comes with many contexts. A batch therefore holds distinct texts and up to a set
number of examples of each, so that one pass through the encoder serves them all; gradients are those of the same
examples encoded one by one. A text with more examples than that comes in several batches of the same pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from services.trainer.samples import Samples

_BUCKET = 50
"""Batches among which texts are sorted by length: enough to save padding, few enough to stay a shuffle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """`texts` are places in the samples' tokens; example i is `examples[i]` and has the text `texts[row_of[i]]`."""

    texts: list[int]
    examples: torch.Tensor
    row_of: torch.Tensor


def batches(
    samples: Samples, *, texts: int, contexts_per_text: int, generator: torch.Generator | None = None
) -> Iterator[Batch]:
    """One pass over all samples, shuffled with `generator`, or in order of length without one."""
    chunks = _chunks(samples, contexts_per_text, generator)
    order = torch.randperm(len(chunks), generator=generator).tolist() if generator else range(len(chunks))
    chunks = [chunks[place] for place in order]
    window = texts * _BUCKET if generator else max(len(chunks), 1)
    groups = [
        group for at in range(0, len(chunks), window) for group in _by_length(chunks[at : at + window], samples, texts)
    ]
    order = torch.randperm(len(groups), generator=generator).tolist() if generator else range(len(groups))
    for place in order:
        yield _batch(groups[place])


Chunk = tuple[int, list[int]]
"""A text and some of its examples."""


def _chunks(samples: Samples, size: int, generator: torch.Generator | None) -> list[Chunk]:
    members: list[list[int]] = [[] for _ in samples.tokens]
    count = len(samples)
    order = torch.randperm(count, generator=generator).tolist() if generator else range(count)
    text_of = samples.text_of.tolist()
    for example in order:
        members[text_of[example]].append(example)
    return [
        (text, examples[at : at + size])
        for text, examples in enumerate(members)
        for at in range(0, len(examples), size)
    ]


def _by_length(chunks: list[Chunk], samples: Samples, size: int) -> Iterator[list[Chunk]]:
    ordered = sorted(chunks, key=lambda chunk: len(samples.tokens[chunk[0]]))
    for at in range(0, len(ordered), size):
        yield ordered[at : at + size]


def _batch(group: list[Chunk]) -> Batch:
    """Join the chunks; a text that is in the group twice is still encoded once."""
    rows: dict[int, int] = {}
    examples: list[int] = []
    row_of: list[int] = []
    for text, members in group:
        row = rows.setdefault(text, len(rows))
        examples += members
        row_of += [row] * len(members)
    return Batch(texts=list(rows), examples=torch.tensor(examples), row_of=torch.tensor(row_of))
