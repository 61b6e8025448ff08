"""Which words of a text weighed most: each is left out of the mean that makes the vector, and the head asked again.

A text's vector is the mean of its tokens' states (`core.bundle`), so the vector without a word needs no other run of
the encoder. What the word did to the states of the others stays in: this is erasure of a representation (Li, Monroe
and Jurafsky, "Understanding Neural Networks through Representation Erasure", arXiv:1612.08220), not of the text.
"""

import re
from collections.abc import Callable, Sequence
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
    places = {word: tokens for word, tokens in _places(text, spans).items() if len(tokens) < len(states)}
    if not places:
        return ()
    whole, *without = ask(_means(states, list(places.values()))).tolist()
    effects = [Word(word[:_LONGEST], whole - said) for word, said in zip(places, without, strict=True)]
    heaviest = sorted(effects, key=lambda word: -abs(word.effect))[:MOST]
    return tuple(word for word in heaviest if abs(word.effect) >= LEAST_EFFECT)


def _places(text: str, spans: Sequence[tuple[int, int]]) -> dict[str, list[int]]:
    """The tokens of each word; what has neither letter nor digit is none, nor are the tokens a tokenizer adds."""
    words, places = list(re.finditer(r"\S+", text)), dict[str, list[int]]()
    current = 0
    for token, (begin, end) in enumerate(spans):
        while current < len(words) and words[current].end() < end:
            current += 1
        if begin < end and current < len(words) and any(map(str.isalnum, words[current].group())):
            places.setdefault(words[current].group(), []).append(token)
    return places


def _means(states: Vector, left_out: Sequence[Sequence[int]]) -> Vector:
    """The mean of all states, and then without each of these, [1 + left out, width]."""
    count, total = len(states), states.sum(axis=0)
    without = [(total - states[tokens].sum(axis=0)) / (count - len(tokens)) for tokens in left_out]
    return np.stack([total / count, *without])
