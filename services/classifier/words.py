"""Which words of a text weighed most: each is left out of the mean that makes the vector, and the head asked again.

A text's vector is the mean of its tokens' states (`core.bundle`), so the vector without a word needs no other run of
the encoder. What the word did to the states of the others stays in: this is erasure of a representation (Li, Monroe
and Jurafsky, "Understanding Neural Networks through Representation Erasure", arXiv:1612.08220), not of the text.
"""

import re
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.classifier.cache import Vector

MOST = 3
LEAST_EFFECT = 0.01
"""What moves P(true_positive) by less is not worth a line."""
_LONGEST = 64

Ask = Callable[[Vector], NDArray[np.float64]]
"""P(true_positive) of each of so many vectors, [n, width] to [n], around them what is usual."""


class Word(NamedTuple):
    """A word, wherever it stands in the text, and what P(true_positive) gains by it."""

    text: str
    effect: float


def weighed(text: str, spans: Sequence[tuple[int, int]], states: Vector, *, ask: Ask) -> tuple[Word, ...]:
    """The words that weigh most, at most three, the heaviest first.

    `spans` are the places of the tokens in the text, `states` what the encoder made of them, [tokens, width].
    """
    words, word_of = _words(text, spans)
    members = word_of == np.arange(len(words))[:, None]
    counts = members.sum(axis=1, dtype=np.float32)
    if not words or counts.max() == len(states):  # nothing would be left to ask about
        return ()
    whole, *left = ask(_means(states, members, counts)).tolist()
    effects = [Word(word[:_LONGEST], whole - said) for word, said in zip(words, left, strict=True)]
    heaviest = sorted(effects, key=lambda word: -abs(word.effect))[:MOST]
    return tuple(word for word in heaviest if abs(word.effect) >= LEAST_EFFECT)


def _words(text: str, spans: Sequence[tuple[int, int]]) -> tuple[list[str], NDArray[np.int64]]:
    """The words, each once, and which of them each token is of; -1 for those that a tokenizer adds.

    What has neither letter nor digit is no word, nor what lies behind the last token: the encoder did not read it.
    """
    begins, ends = np.array(spans).reshape(-1, 2).T
    read = ends.max(initial=0)
    found = list(takewhile(lambda each: each.start() < read, re.finditer(r"\S+", text)))
    rows: dict[str, int] = {}
    row_of = [rows.setdefault(each.group(), len(rows)) if any(map(str.isalnum, each.group())) else -1 for each in found]
    places = np.searchsorted([each.end() for each in found], ends)
    return list(rows), np.where(begins < ends, np.array([*row_of, -1])[places], -1)


def _means(states: Vector, members: NDArray[np.bool_], counts: NDArray[np.float32]) -> Vector:
    """The mean of all states, and then without each word's, [1 + words, width]."""
    total = states.sum(axis=0)
    without = (total - members.astype(np.float32) @ states) / (len(states) - counts)[:, None]
    return np.concatenate([total[None] / len(states), without])
