"""The model in service: its two graphs in ONNX Runtime, its tokenizer, and its cache of vectors.

On a CPU every text is encoded by itself, in one thread, without padding: as fast as batches there, and a text's vector
cannot depend on its neighbours (dynamic int8 takes its scales from the whole batch).
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from schemas import AlertV1
from services.classifier.cache import TextCache, Vector
from services.classifier.encoded import Encoded
from services.classifier.errors import ModelUnusable
from services.classifier.neighbours import Neighbours
from services.classifier.sessions import run, session, tokenizer
from services.classifier.words import weighed
from services.core.audit import DEFAULT_AUDIT, Audit
from services.core.bundle import (
    CANARY_TEXTS,
    ENCODER,
    ENCODER_INPUTS,
    ENCODER_OUTPUT,
    ENCODER_STATES,
    HEAD,
    HEAD_INPUTS,
    NEIGHBOURS,
    TOKENIZER,
    VERDICT_HEAD,
    Head,
    Manifest,
)
from services.core.context import FEATURES
from services.core.text import renderer

_PARITY = 0.02
"""How far a canary's probability may lie from what it was where the model was made: processors round differently."""

Answers = Mapping[str, tuple[float, ...]]
"""One distribution for each question: calibrated probabilities in the order of the head's labels."""


class Model:
    """A loaded bundle. Safe to use from several threads; dropped as a whole when another takes over."""

    def __init__(
        self,
        manifest: Manifest,
        *,
        encoder: ort.InferenceSession,
        head: ort.InferenceSession,
        tokenizer: Tokenizer,
        cache: TextCache[Encoded],
        neighbours: Neighbours | None = None,
        audit: Audit = DEFAULT_AUDIT,
    ) -> None:
        self.manifest = manifest
        self.render: Callable[[AlertV1], str] = renderer(manifest.text_version)
        self.neighbours, self.audit = neighbours, audit
        self.places = len(FEATURES[manifest.context_version])
        self._encoder = encoder
        self._usual = manifest.context_means if len(manifest.context_means) == self.places else ()
        """The context's means in training; none where they are not known."""
        given = {each.name for each in encoder.get_outputs()}
        states = (ENCODER_STATES,) if self._usual and ENCODER_STATES in given else ()
        self._outputs = (ENCODER_OUTPUT, *states)
        self._head = head
        self._tokenizer = tokenizer
        self._cache = cache

    @property
    def version(self) -> str:
        """The bundle's version."""
        return self.manifest.version

    def known(self, text: str) -> Encoded | None:
        """What the text was encoded as, if that was done before."""
        return self._cache.get(text)

    def encode(self, text: str) -> Encoded:
        """The text as the model sees it.

        Raises:
            ModelUnusable: the graph failed, or gave something else than a vector.
        """
        known = self._cache.get(text)
        if known is not None:
            return known
        tokens = self._tokenizer.encode(text)
        vector, states = self._made_of(tokens)
        weigh = None if states is None else partial(weighed, text, tokens.offsets, states, ask=self._asked)
        encoded = Encoded(vector, self.neighbours, weigh)
        self._cache.put(text, encoded)
        return encoded

    def _made_of(self, tokens: Encoding) -> tuple[Vector, Vector | None]:
        """A text's vector, and its tokens' states where the encoder gives them."""
        ids = np.array([tokens.ids], dtype=np.int64)
        inputs = dict(zip(ENCODER_INPUTS, (ids, np.ones_like(ids)), strict=True))
        vector, *states = run(self._encoder, self._outputs, inputs)
        if vector.ndim != 2 or vector.shape[0] != 1:
            raise ModelUnusable(f"{ENCODER} gave a vector of shape {vector.shape}, promised is [1, width]")
        return np.ascontiguousarray(vector[0], dtype=np.float32), states[0][0] if states else None

    def _vector(self, text: str) -> Vector:
        return self._made_of(self._tokenizer.encode(text))[0]

    def _asked(self, vectors: Vector) -> NDArray[np.float64]:
        """P(true_positive) of vectors whose context is as usual."""
        return self._true_positive(vectors, np.full((len(vectors), self.places), self._usual, dtype=np.float32))

    def answer(self, vector: Vector, context: tuple[float, ...]) -> Answers:
        """Calibrated probabilities for every question, from one vector and one context.

        Raises:
            ModelUnusable: the graph failed, or gave other shapes or no finite numbers.
        """
        if len(context) != self.places:
            raise ModelUnusable(f"a context of {len(context)} numbers, the model takes {self.places}")
        values = (vector[None, :], np.array([context], dtype=np.float32))
        heads = self.manifest.heads
        logits = run(self._head, tuple(head.name for head in heads), dict(zip(HEAD_INPUTS, values, strict=True)))
        answers = zip(heads, logits, strict=True)
        return {head.name: tuple(_probabilities(head, given, 1)[0].tolist()) for head, given in answers}

    def occluded(self, vector: Vector, context: tuple[float, ...]) -> tuple[float, ...]:
        """P(true_positive) with each place of the context in turn at its mean in training; none where it is not known.

        Raises:
            ModelUnusable: as `answer`.
        """
        if not self._usual:
            return ()
        contexts = np.tile(np.array(context, dtype=np.float32), (self.places, 1))
        np.fill_diagonal(contexts, self._usual)
        return tuple(self._true_positive(np.repeat(vector[None, :], self.places, axis=0), contexts).tolist())

    def _true_positive(self, vectors: Vector, contexts: Vector) -> NDArray[np.float64]:
        """P(true_positive) of so many vectors and contexts."""
        head = next(head for head in self.manifest.heads if head.name == VERDICT_HEAD)
        logits = run(self._head, (VERDICT_HEAD,), dict(zip(HEAD_INPUTS, (vectors, contexts), strict=True)))[0]
        return _probabilities(head, logits, len(vectors))[:, 0]

    def warm(self) -> None:
        """Judge some texts, so that a model that cannot is found out, and the first alert is not the slow one.

        Raises:
            ModelUnusable: it cannot, the same text gives different vectors, or it answers otherwise than where it was
                made.
        """
        for text in CANARY_TEXTS:
            first, again = self._vector(text), self._vector(text)
            if not np.isfinite(first).all() or not np.array_equal(first, again):
                raise ModelUnusable(f"{ENCODER} gives a vector that is not finite, or another each time")
            self._say(text)
            if self.neighbours is not None:
                self.neighbours.nearest(first)
        for canary in self.manifest.canaries:
            away = np.abs(np.subtract(self._say(canary.text), canary.probabilities)).max()
            if away > _PARITY:
                raise ModelUnusable(f"a canary's answer lies {away:.3f} away from what it was where the model was made")

    def _say(self, text: str) -> tuple[float, ...]:
        """The verdict's probabilities for a text with a context of zeros."""
        return self.answer(self._vector(text), (0.0,) * self.places)[VERDICT_HEAD]


def load_model(
    manifest: Manifest, files: Mapping[str, bytes], *, cache_bytes: int, audit: Audit = DEFAULT_AUDIT
) -> Model:
    """A model from its verified files, loaded and warm; `audit` draws what is shown of what it would close.

    Raises:
        ModelUnusable: it does not load, or does not answer as the format promises.
    """
    model = Model(
        manifest,
        encoder=session(ENCODER, files[ENCODER]),
        head=session(HEAD, files[HEAD]),
        tokenizer=tokenizer(files[TOKENIZER], manifest.max_tokens),
        cache=TextCache(limit_bytes=cache_bytes),
        neighbours=Neighbours.read(files[NEIGHBOURS]) if NEIGHBOURS in files else None,
        audit=audit,
    )
    model.warm()
    return model


def _probabilities(head: Head, logits: NDArray[np.float32], count: int) -> NDArray[np.float64]:
    """Softmax with the head's temperature over each of so many rows, [count, labels]."""
    if logits.shape != (count, len(head.labels)):
        raise ModelUnusable(
            f"head '{head.name}' gave logits of shape {logits.shape} for {count} times {len(head.labels)} labels"
        )
    scaled = logits.astype(np.float64) / head.temperature
    if not np.isfinite(scaled).all():
        raise ModelUnusable(f"head '{head.name}' gave logits that are not finite")
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
