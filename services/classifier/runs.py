"""Runs of the encoder: texts' tokens in, their vectors and states out. One text a run on a CPU, many on a GPU.

On a CPU a text by itself, in one thread, without padding, is as fast as batches are, and its vector cannot depend on
its neighbours (dynamic int8 takes its scales from the whole batch). A GPU stands idle with one text, so there texts of
like length go together, as many tokens a run as it is fastest with.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple, Protocol

import numpy as np
import onnxruntime as ort

from services.classifier.cache import Vector
from services.classifier.errors import ModelUnusable
from services.classifier.sessions import run, run_bound
from services.core.bundle import ENCODER, ENCODER_INPUTS, ENCODER_OUTPUT, ENCODER_STATES

_USUAL_TOKENS, _MOST_AT_ONCE = 64, 256


class Made(NamedTuple):
    """What the encoder made of a text: its vector [width], and how to get its tokens' states [tokens, width].

    States are fetched when they are asked for, which is seldom, and they are a hundred times as large. None where the
    encoder does not give them.
    """

    vector: Vector
    states: Callable[[], Vector] | None


class Runs(Protocol):
    """Some way to run an encoder."""

    @property
    def at_once(self) -> int:
        """How many texts are best handed over together."""

    @property
    def tokens(self) -> int:
        """Tokens of a run at most; 0 where each text has one of its own."""

    def __call__(self, texts: Sequence[Sequence[int]]) -> list[Made]:
        """What it makes of each text's tokens.

        Raises:
            ModelUnusable: the graph failed, or gave something else than vectors.
        """


class OneByOne:
    """A run for each text, as on a CPU."""

    at_once, tokens = 1, 0

    def __init__(self, graph: ort.InferenceSession, *, with_states: bool) -> None:
        self._graph, self._outputs = graph, _outputs(graph, with_states=with_states)

    def __call__(self, texts: Sequence[Sequence[int]]) -> list[Made]:
        """As `Runs`."""
        return [self._made_of(tokens) for tokens in texts]

    def _made_of(self, tokens: Sequence[int]) -> Made:
        ids = np.array([tokens], dtype=np.int64)
        given = dict(zip(ENCODER_INPUTS, (ids, np.ones_like(ids)), strict=True))
        vectors, *states = run(self._graph, self._outputs, given)
        _require_vectors(vectors, count=1)
        return Made(np.ascontiguousarray(vectors[0], dtype=np.float32), (lambda: states[0][0]) if states else None)


class Batches:
    """Texts of like length together, filled up to the longest, at most `tokens` a run, as on a GPU.

    Vectors are copied from `device`; states stay there until one text's are asked for.
    """

    def __init__(self, graph: ort.InferenceSession, *, tokens: int, device: str, with_states: bool) -> None:
        self._graph, self._outputs = graph, _outputs(graph, with_states=with_states)
        self.tokens, self._device = tokens, device

    @property
    def at_once(self) -> int:
        """As many texts of usual length as fill a run."""
        return max(1, min(self.tokens // _USUAL_TOKENS, _MOST_AT_ONCE))

    def __call__(self, texts: Sequence[Sequence[int]]) -> list[Made]:
        """As `Runs`."""
        made: dict[int, Made] = {}
        for places in in_batches([len(tokens) for tokens in texts], most=self.tokens):
            made |= zip(places, self._made_of([texts[place] for place in places]), strict=True)
        return [made[place] for place in range(len(texts))]

    def _made_of(self, texts: Sequence[Sequence[int]]) -> list[Made]:
        on_device = dict.fromkeys(self._outputs[1:], self._device)
        vectors, *states = run_bound(self._graph, _padded(texts), {ENCODER_OUTPUT: "cpu"} | on_device)
        _require_vectors(vectors := vectors.numpy(), count=len(texts))
        fetched = cache(states[0].numpy) if states else None
        return [
            Made(vector.copy(), None if fetched is None else _of_row(fetched, row, len(texts[row])))
            for row, vector in enumerate(vectors)
        ]


def in_batches(lengths: Sequence[int], *, most: int) -> list[list[int]]:
    """The places of texts with so many tokens, those of like length together.

    Filled up to its longest, no batch has more than `most` tokens, unless one text alone has.
    """
    batches: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lambda place: lengths[place]):
        if batches and (len(batches[-1]) + 1) * lengths[place] <= most:
            batches[-1].append(place)
        else:
            batches.append([place])
    return batches


def _padded(texts: Sequence[Sequence[int]]) -> dict[str, np.ndarray[tuple[int, int], np.dtype[np.int64]]]:
    """The encoder's inputs."""
    ids = np.zeros((len(texts), max(map(len, texts))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(texts):
        ids[row, : len(tokens)], mask[row, : len(tokens)] = tokens, 1
    return dict(zip(ENCODER_INPUTS, (ids, mask), strict=True))


def _of_row(fetched: Callable[[], Vector], row: int, length: int) -> Callable[[], Vector]:
    return lambda: fetched()[row, :length]


def _outputs(graph: ort.InferenceSession, *, with_states: bool) -> tuple[str, ...]:
    given = {each.name for each in graph.get_outputs()}
    return (ENCODER_OUTPUT, *((ENCODER_STATES,) if with_states and ENCODER_STATES in given else ()))


def _require_vectors(vectors: Vector, *, count: int) -> None:
    if vectors.ndim != 2 or len(vectors) != count:
        raise ModelUnusable(f"{ENCODER} gave vectors of shape {vectors.shape}, promised is [{count}, width]")
