"""Runs of the encoder: texts' tokens in, their vectors and states out. One text a run on a CPU, many on a GPU.

On a CPU a text by itself, in one thread, without padding, is as fast as batches are, and its vector cannot depend on
its neighbours (dynamic int8 takes its scales from the whole batch). A GPU stands idle with one text, so there texts of
like length go together, as many tokens a run as it is fastest with.
"""

from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple, Protocol

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from services.classifier.cache import Vector
from services.classifier.errors import ModelUnusable
from services.classifier.sessions import run
from services.core.bundle import ENCODER, ENCODER_INPUTS, ENCODER_OUTPUT, ENCODER_STATES

_USUAL_TOKENS = 64


class Made(NamedTuple):
    """What the encoder made of a text: its vector [width], and its tokens' states [tokens, width] if it gives them."""

    vector: Vector
    states: Vector | None


class Runs(Protocol):
    """Some way to run an encoder. Safe to use from several threads."""

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
        return [_made_of(self._graph, self._outputs, [tokens])[0] for tokens in texts]


class Batches:
    """Texts of like length together, filled up to the longest, at most `tokens` a run, as on a GPU.

    One run at a time, whoever asks: so it was measured, and so much memory it takes.
    """

    def __init__(self, graph: ort.InferenceSession, *, tokens: int, with_states: bool) -> None:
        self._graph, self._outputs = graph, _outputs(graph, with_states=with_states)
        self.tokens = tokens
        self._turn = Lock()

    @property
    def at_once(self) -> int:
        """As many texts of usual length as fill a run."""
        return max(1, self.tokens // _USUAL_TOKENS)

    def __call__(self, texts: Sequence[Sequence[int]]) -> list[Made]:
        """As `Runs`."""
        made: dict[int, Made] = {}
        for places in in_batches([len(tokens) for tokens in texts], most=self.tokens):
            with self._turn:
                together = _made_of(self._graph, self._outputs, [texts[place] for place in places])
            made |= zip(places, together, strict=True)
        return [made[place] for place in range(len(texts))]


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


def _padded(texts: Sequence[Sequence[int]]) -> dict[str, NDArray[np.int64]]:
    """The encoder's inputs."""
    ids = np.zeros((len(texts), max(map(len, texts))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(texts):
        ids[row, : len(tokens)], mask[row, : len(tokens)] = tokens, 1
    return dict(zip(ENCODER_INPUTS, (ids, mask), strict=True))


def _outputs(graph: ort.InferenceSession, *, with_states: bool) -> tuple[str, ...]:
    given = {each.name for each in graph.get_outputs()}
    return (ENCODER_OUTPUT, *((ENCODER_STATES,) if with_states and ENCODER_STATES in given else ()))


def _made_of(graph: ort.InferenceSession, outputs: tuple[str, ...], texts: Sequence[Sequence[int]]) -> list[Made]:
    """One run over texts. Vectors are copies: who keeps one would else keep all of the run's."""
    vectors, *states = run(graph, outputs, _padded(texts))
    if vectors.ndim != 2 or len(vectors) != len(texts):
        raise ModelUnusable(f"{ENCODER} gave vectors of shape {vectors.shape}, promised is [{len(texts)}, width]")
    return [
        Made(np.array(vector, dtype=np.float32), states[0][row, : len(texts[row])] if states else None)
        for row, vector in enumerate(vectors)
    ]
