"""The model in service: its two graphs in ONNX Runtime, its tokenizer, and its cache of vectors."""

from collections.abc import Callable, Mapping, Sequence
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
from services.classifier.runs import Made, Runs
from services.classifier.sessions import run, session, suits_gpu, tokenizer
from services.classifier.warming import runs_for
from services.classifier.words import weighed
from services.core.audit import DEFAULT_AUDIT, Audit
from services.core.bundle import (
    CANARY_TEXTS,
    ENCODER,
    HEAD,
    HEAD_INPUTS,
    NEIGHBOURS,
    SURGES,
    TOKENIZER,
    VERDICT_HEAD,
    Head,
    Manifest,
)
from services.core.context import FEATURES
from services.core.surges import Surges
from services.core.text import renderer

_PARITY = 0.02
"""How far a canary's probability may lie from what it was where the model was made: processors round differently."""

_GPU_NOISE = 0.01
"""How far a vector's place may lie from itself, encoded again: a GPU adds up in whatever order it comes to."""

Answers = Mapping[str, tuple[float, ...]]
"""One distribution for each question: calibrated probabilities in the order of the head's labels."""


class Model:
    """A loaded bundle. Safe to use from several threads; dropped as a whole when another takes over."""

    def __init__(
        self,
        manifest: Manifest,
        *,
        encoder: Runs,
        head: ort.InferenceSession,
        tokenizer: Tokenizer,
        cache: TextCache[Encoded],
        neighbours: Neighbours | None = None,
        surges: Surges | None = None,
        audit: Audit = DEFAULT_AUDIT,
    ) -> None:
        self.manifest = manifest
        self.render: Callable[[AlertV1], str] = renderer(manifest.text_version)
        self.neighbours, self.surges, self.audit = neighbours, surges, audit
        self.places = len(FEATURES[manifest.context_version])
        self.encoder = encoder
        self._noise = _GPU_NOISE if encoder.tokens else 0.0
        self._usual = usual_context(manifest)
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
        return self.encode_all([text])[0]

    def encode_all(self, texts: Sequence[str]) -> list[Encoded]:
        """The texts as the model sees them, each that is not known encoded once.

        Raises:
            ModelUnusable: as `encode`; one text that fails takes the others with it.
        """
        found = {text: known for text in texts if (known := self._cache.get(text)) is not None}
        found |= self._encoded([text for text in dict.fromkeys(texts) if text not in found])
        return [found[text] for text in texts]

    def _encoded(self, texts: Sequence[str]) -> dict[str, Encoded]:
        read = [self._tokenizer.encode(text) for text in texts]
        made = self.encoder([tokens.ids for tokens in read])
        found = {text: self._of(text, tokens, each) for text, tokens, each in zip(texts, read, made, strict=True)}
        for text, encoded in found.items():
            self._cache.put(text, encoded)
        return found

    def _of(self, text: str, tokens: Encoding, made: Made) -> Encoded:
        vector, states = made
        weigh = None if states is None else partial(weighed, text, tokens.offsets, states, ask=self._asked)
        return Encoded(vector, self.neighbours, weigh)

    def _vectors(self, texts: Sequence[str]) -> list[Vector]:
        """The texts' vectors, encoded together and anew."""
        return [made.vector for made in self.encoder([self._tokenizer.encode(text).ids for text in texts])]

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
                made, be it that several texts are encoded together.
        """
        for text in CANARY_TEXTS:
            (first,), (again,) = self._vectors([text]), self._vectors([text])
            if not np.isfinite(first).all() or not np.allclose(first, again, rtol=0, atol=self._noise):
                raise ModelUnusable(f"{ENCODER} gives a vector that is not finite, or another each time")
            self._say(first)
            if self.neighbours is not None:
                self.neighbours.nearest(first)
        canaries = self.manifest.canaries
        for canary, vector in zip(canaries, self._vectors([each.text for each in canaries]), strict=True):
            away = np.abs(np.subtract(self._say(vector), canary.probabilities)).max()
            if away > _PARITY:
                raise ModelUnusable(f"a canary's answer lies {away:.3f} away from what it was where the model was made")

    def _say(self, vector: Vector) -> tuple[float, ...]:
        """The verdict's probabilities of a text's vector with a context of zeros."""
        return self.answer(vector, (0.0,) * self.places)[VERDICT_HEAD]


def usual_context(manifest: Manifest) -> tuple[float, ...]:
    """The context's means in training; none where they are not known."""
    return manifest.context_means if len(manifest.context_means) == len(FEATURES[manifest.context_version]) else ()


def load_model(
    manifest: Manifest,
    files: Mapping[str, bytes],
    *,
    cache_bytes: int,
    audit: Audit = DEFAULT_AUDIT,
    run_tokens: int = 0,
) -> Model:
    """A model from its verified files, loaded and warm; `audit` draws what is shown of what it would close.

    `run_tokens` is how many a run on a GPU takes at most, 0 as many as it is found to do best with.

    Raises:
        ModelUnusable: it does not load, or does not answer as the format promises.
        FileCorrupt: a file is not as the format has it.
    """
    words = tokenizer(files[TOKENIZER], manifest.max_tokens)
    model = Model(
        manifest,
        encoder=runs_for(
            session(ENCODER, files[ENCODER], on_gpu=suits_gpu(manifest.quantisation)),
            with_states=bool(usual_context(manifest)),
            sample=words.encode(CANARY_TEXTS[-1]).ids,
            tokens=run_tokens,
        ),
        head=session(HEAD, files[HEAD]),
        tokenizer=words,
        cache=TextCache(limit_bytes=cache_bytes),
        neighbours=Neighbours.read(files[NEIGHBOURS]) if NEIGHBOURS in files else None,
        surges=Surges.read(files[SURGES]) if SURGES in files else None,
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
