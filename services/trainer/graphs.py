"""A model as its two ONNX graphs and its tokenizer: examples in, logits or probabilities out.

Candidates, champions and bundles under evaluation are all judged through this, exactly as they would serve.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import numpy as np
from tokenizers import Tokenizer

from schemas import AlertV1, ContextV1
from services.core.bundle import (
    ANSWER_FILES,
    ENCODER,
    HEAD,
    MANIFEST,
    REQUIRED_FILES,
    SURGES,
    TOKENIZER,
    VERDICT_HEAD,
    Manifest,
    read_manifest,
    verify_files,
)
from services.core.context import FEATURES
from services.core.errors import DataError, VersionUnknown
from services.core.example import Example
from services.core.surges import Surges
from services.core.text import renderer
from services.trainer.sessions import OnnxEncoder, OnnxHead, Vector


class Graphs:
    """Encoder, head and tokenizer of one model. Vectors are kept by text; `threads` texts are encoded at a time."""

    def __init__(
        self,
        *,
        encoder: OnnxEncoder,
        head: OnnxHead,
        tokenizer: Tokenizer,
        render: Callable[[AlertV1], str],
        context_version: int,
        threads: int = 1,
    ) -> None:
        self._encoder, self._head, self._tokenizer = encoder, head, tokenizer
        self._render, self._context_version, self._threads = render, context_version, threads
        self._vectors: dict[str, Vector] = {}

    def logits(self, examples: Sequence[Example]) -> Vector:
        """The verdict's logits, float32 [n, labels].

        Raises:
            VersionUnknown: an example's context is of another version than the model's.
            DataError: an example's context is not whole.
        """
        if not examples:
            return np.empty((0, 3), dtype=np.float32)
        for example in examples:
            self._refuse_unreadable(example.context)
        contexts = np.array([example.context.values for example in examples], dtype=np.float32)
        return self.answers(self.texts(examples), contexts)

    def _refuse_unreadable(self, context: ContextV1) -> None:
        if context.version != self._context_version:
            raise VersionUnknown(
                f"the model reads context version {self._context_version}, an example was scored with {context.version}"
            )
        places, there = len(FEATURES[self._context_version]), len(context.values)
        if there != places:
            raise DataError(f"the model reads {places} numbers of context, an example was scored with {there}")

    def answers(self, texts: Sequence[str], contexts: Vector) -> Vector:
        """The verdict's logits, float32 [n, labels], of texts and contexts [n, places]."""
        return self._head.logits(self.vectors(texts), contexts)

    def answer_by(self, head: OnnxHead) -> None:
        """Answer by another head from now on; texts' vectors stay."""
        self._head = head

    def texts(self, examples: Sequence[Example]) -> list[str]:
        """The examples' texts in the model's text version."""
        return [self._render(example.alert) for example in examples]

    def vectors(self, texts: Sequence[str]) -> Vector:
        """The texts' vectors, float32 [n, width]; each distinct text is encoded once."""
        new = list(dict.fromkeys(text for text in texts if text not in self._vectors))
        with ThreadPoolExecutor(self._threads) as pool:
            self._vectors.update(zip(new, pool.map(self.encode, new), strict=True))
        return np.stack([self._vectors[text] for text in texts])

    def encode(self, text: str) -> Vector:
        """One text's vector, computed anew."""
        return self._encoder.vector(self._tokenizer.encode(text).ids)

    def answer_anew(self, example: Example) -> Vector:
        """One example's logits, float32 [1, labels], with nothing taken from what is kept."""
        context = np.array([example.context.values], dtype=np.float32)
        return self._head.logits(self.encode(self._render(example.alert))[None, :], context)


class OnnxModel:
    """A bundle ready to judge examples: verified against its manifest, loaded, with its temperature and threshold."""

    def __init__(self, manifest: Manifest, graphs: Graphs, surges: Surges | None = None) -> None:
        self.manifest, self.surges = manifest, surges
        self.threshold, self.decisions = manifest.threshold, manifest.decisions
        self.graphs = graphs

    @classmethod
    def load(cls, read: Callable[[str], bytes], *, expected_sha256: str | None = None, threads: int = 1) -> Self:
        """Load a bundle whose files `read` returns by name.

        Raises:
            BundleError: it is not what its manifest says, or is of an unknown version.
            OSError: `read` does.
        """
        manifest = read_manifest(read(MANIFEST), expected_sha256=expected_sha256)
        files = verify_files(manifest, read, names=ANSWER_FILES)
        tokenizer = Tokenizer.from_buffer(files[TOKENIZER])
        tokenizer.no_padding()
        tokenizer.enable_truncation(manifest.max_tokens)
        graphs = Graphs(
            encoder=OnnxEncoder(files[ENCODER]),
            head=OnnxHead(files[HEAD]),
            tokenizer=tokenizer,
            render=renderer(manifest.text_version),
            context_version=manifest.context_version,
            threads=threads,
        )
        return cls(manifest, graphs, Surges.read(files[SURGES]) if SURGES in files else None)

    @property
    def size_bytes(self) -> int:
        """The bytes of all files it needs."""
        return sum(self.manifest.files[name].size for name in REQUIRED_FILES)

    def probabilities(self, examples: Sequence[Example]) -> list[tuple[float, ...]]:
        """Calibrated probabilities in the order of `bundle.LABELS`, one row an example.

        Raises:
            VersionUnknown: an example's context is of another version than the model's.
            DataError: an example's context is not whole.
        """
        head = self.manifest.head(VERDICT_HEAD)
        temperature = head.temperature if head is not None else 1.0
        return probabilities(self.graphs, examples, temperature=temperature, surges=self.surges)


def probabilities(
    graphs: Graphs, examples: Sequence[Example], *, temperature: float, surges: Surges | None
) -> list[tuple[float, ...]]:
    """What a model says of examples, as it serves: its graphs' answers at its temperature, surges weighed."""
    said = rows(softmax(graphs.logits(examples), temperature=temperature))
    return said if surges is None else surges.all_weighed(said, examples)


def softmax(logits: Vector, *, temperature: float) -> Vector:
    """Probabilities by row, of logits divided by the temperature, in float64 as the classifier has them."""
    scaled = logits.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    probabilities: Vector = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def rows(values: Vector) -> list[tuple[float, ...]]:
    """An array as tuples."""
    return [tuple(row) for row in values.tolist()]
