"""Rendering: what each text version costs in tokens, and how well labelled alerts are told apart by it.

Needs the folder that WINNOW_DATA names. A text is read in two ways, both cut where the model cuts it: by a linear
model over TF-IDF, and by one over the vectors of the pretrained model. Alerts of one rule, capture or
test stay on one side of a split, where the data say what those are.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC
from tokenizers import Tokenizer

from benchmarks.bare_loop import session
from benchmarks.base_bundle import whole_tokenizer, write_base_bundle
from benchmarks.labelled import Labelled, http_parameters, log_lines, native, rule_matches, windows_events
from benchmarks.native import Sample, real, synthetic
from benchmarks.report import Line, line, report
from services.core.bundle import ENCODER, ENCODER_INPUTS, ENCODER_OUTPUT
from services.core.text import TEXT_VERSION, render_alert
from services.trainer.settings import TrainingSettings

ROUNDS = 3
FOLDS = 4
BEFORE = TEXT_VERSION - 1
TASKS: dict[str, Callable[[], Iterator[Labelled]]] = {
    "HTTP parameters": http_parameters,
    "Wazuh": lambda: native("wazuh_native_labelled.jsonl.gz"),
    "AMiner": lambda: native("aminer_native_labelled.jsonl.gz"),
    "Windows events by tactic": windows_events,
    "log lines by level": log_lines,
    "Sigma matches by level": rule_matches,
}


class Reader:
    """The tokenizer and the pretrained encoder, which cut a text where a trained model would."""

    def __init__(self, bundle: Path) -> None:
        self._most = TrainingSettings().max_tokens
        self.tokenizer: Tokenizer = whole_tokenizer(bundle)
        self._encoder = session((bundle / ENCODER).read_bytes(), threads=2)

    def tokens(self, text: str) -> float:
        """How many tokens a text has, uncut."""
        return float(len(self.tokenizer.encode(text).ids))

    def cut(self, text: str) -> str:
        """What a model sees of a text."""
        encoding = self.tokenizer.encode(text)
        return text if len(encoding.ids) <= self._most else text[: encoding.offsets[self._most - 2][1]]

    def vector(self, text: str) -> NDArray[np.float32]:
        """What the pretrained model makes of it."""
        ids = np.array([self.tokenizer.encode(self.cut(text)).ids], dtype=np.int64)
        inputs = dict(zip(ENCODER_INPUTS, (ids, np.ones_like(ids)), strict=True))
        vectors: NDArray[np.float32] = np.asarray(self._encoder.run([ENCODER_OUTPUT], inputs)[0])
        return vectors.reshape(-1)


def _tokens(sample: Sample, reader: Reader) -> Iterator[Line]:
    alerts = list(sample.alerts())
    now, before = ([reader.tokens(render_alert(each, version=v)) for each in alerts] for v in (TEXT_VERSION, BEFORE))
    for name, figure in (("median", median), ("p95", lambda counts: float(np.percentile(counts, 95)))):
        title = f"{sample.name}: tokens, {name} (reference: version {BEFORE})"
        yield line(title, [figure(now)], unit="tokens", reference=[figure(before)])


def _accuracy(name: str, labelled: Sequence[Labelled], reader: Reader) -> Iterator[Line]:
    """Macro F1 of both versions over the same splits, a round each."""
    alerts, labels, groups = zip(*labelled, strict=True)
    now, before = ([reader.cut(render_alert(each, version=v)) for each in alerts] for v in (TEXT_VERSION, BEFORE))
    for how, both in (("TF-IDF", _tfidf(now, before)), ("vectors", _vectors(now, before, reader=reader))):
        new, old = ([_f1(model, seen, labels, groups, seed) for seed in range(ROUNDS)] for model, seen in both)
        title = f"{name} ({len(alerts)}): macro F1 by {how} (reference: version {BEFORE})"
        yield line(title, new, unit="F1", reference=old)


def _tfidf(*versions: Sequence[str]) -> list[tuple[Any, Any]]:
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    return [(make_pipeline(make_union(words, letters), _linear()), texts) for texts in versions]


def _vectors(*versions: Sequence[str], reader: Reader) -> list[tuple[Any, Any]]:
    return [(_linear(), np.stack(list(map(reader.vector, texts)))) for texts in versions]


def _linear() -> LinearSVC:
    return LinearSVC(class_weight="balanced", random_state=0)


def _f1(model: Any, seen: Any, labels: Sequence[str], groups: Sequence[str], seed: int) -> float:  # noqa: ANN401
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    return float(f1_score(labels, cross_val_predict(model, seen, labels, groups=groups, cv=folds), average="macro"))


def measure(bundle: Path) -> Iterator[Line]:
    """Tokens of every sample there is, then each task."""
    reader = Reader(bundle)
    for sample in (*synthetic(), *real()):
        yield from _tokens(sample, reader)
    for name, task in TASKS.items():
        print(f"telling apart: {name}", flush=True)  # noqa: T201 - it takes minutes
        yield from _accuracy(name, list(task()), reader)


def main() -> None:
    """Measure, write, print."""
    with tempfile.TemporaryDirectory(prefix="winnow-bench-") as name:
        lines = list(measure(write_base_bundle(Path(name) / "bundle", version="base-int8", threshold=1.0)))
    report("rendering", lines, libraries=("scikit-learn", "onnxruntime", "tokenizers"))


if __name__ == "__main__":
    main()
