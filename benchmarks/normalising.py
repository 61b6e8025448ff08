"""Normalising: a native alert's bytes to AlertV1 and to text, alerts a second of one core.

Synthetic alerts of the simulated SOC, and beside them real ones where the folder that WINNOW_DATA names is there.
"""

import json
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.bare_loop import session
from benchmarks.base_bundle import whole_tokenizer, write_base_bundle
from benchmarks.native import MOST, Sample, real, synthetic
from benchmarks.report import Line, line, report
from services.core.bundle import ENCODER, ENCODER_INPUTS, ENCODER_OUTPUT
from services.core.text import quoting, render_alert, version_3

ROUNDS = 3
ENCODED = 200
PARSED = "only parsed"
TO_ALERT = "bytes to AlertV1"
TO_TEXT = "bytes to text"
RECOGNISED = "bytes to AlertV1, without the header"
Rounds = Mapping[tuple[str, str], Sequence[float]]
"""Alerts a second in each round, by the sample's name and by what was done."""


def works(sample: Sample) -> dict[str, Callable[[], None]]:
    """What is measured, by name."""
    return {
        PARSED: lambda: _exhaust(map(json.loads, sample.values)),
        TO_TEXT: lambda: _exhaust(texts(sample)),
        TO_ALERT: lambda: _exhaust(sample.outcomes(sample.format)),
        RECOGNISED: lambda: _exhaust(sample.outcomes(None)),
    }


def texts(sample: Sample) -> Iterator[str]:
    """The texts of a sample's alerts, in order."""
    return map(render_alert, sample.alerts())


def _exhaust(values: Iterable[object]) -> None:
    deque(values, maxlen=0)


def a_second(sample: Sample, work: Callable[[], None]) -> float:
    """Alerts a second of processor time, so that other processes disturb it as little as can be.

    Each pass meets its texts for the first time, and what repeats within it again, as in service.
    """
    passes = -(-MOST // len(sample.values))
    seconds = 0.0
    for _ in range(passes):
        _forget()
        began = time.process_time()
        work()
        seconds += time.process_time() - began
    return passes * len(sample.values) / seconds


def _forget() -> None:
    for each in (*vars(quoting).values(), *vars(version_3).values()):
        if hasattr(each, "cache_clear"):
            each.cache_clear()


def measure(every: Sequence[Sample], bundle: Path) -> list[Line]:
    """All figures, the two sides of a ratio in turn."""
    rounds: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    encoded = []
    for _ in range(ROUNDS):
        for each in every:
            for name, work in works(each).items():
                rounds[each.name, name].append(a_second(each, work))
        encoded.append(texts_encoded_a_second(bundle, list(islice(texts(every[0]), ENCODED))))
    names = [each.name for each in every]
    by_speed = sorted(names, key=lambda name: median(rounds[name, TO_TEXT]))
    return [
        *_summary("median", by_speed[len(by_speed) // 2], rounds, encoded),
        *_summary("slowest", by_speed[0], rounds, encoded),
        *(_line(name, TO_TEXT, rounds[name, TO_TEXT], "json.loads", rounds[name, PARSED]) for name in names),
    ]


def _summary(which: str, name: str, rounds: Rounds, encoded: Sequence[float]) -> Iterator[Line]:
    """A format beside the encoder, and what its parts take."""
    title = f"{which} format ({name})"
    yield _line(title, TO_TEXT, rounds[name, TO_TEXT], "the encoder", encoded)
    yield _line(title, TO_ALERT, rounds[name, TO_ALERT], "to text", rounds[name, TO_TEXT])
    yield _line(title, RECOGNISED, rounds[name, RECOGNISED], "with it", rounds[name, TO_ALERT])


def _line(title: str, work: str, speeds: Sequence[float], against: str, reference: Sequence[float]) -> Line:
    return line(f"{title}: {work} (reference: {against})", speeds, unit="alerts/s", reference=reference)


def texts_encoded_a_second(bundle: Path, every: Sequence[str]) -> float:
    """The encoder, tokenisation included: one text a run, a second of processor time."""
    encoder, tokenizer = session((bundle / ENCODER).read_bytes(), threads=1), whole_tokenizer(bundle)
    began = time.process_time()
    for each in every:
        ids = np.array([tokenizer.encode(each).ids], dtype=np.int64)
        encoder.run([ENCODER_OUTPUT], dict(zip(ENCODER_INPUTS, (ids, np.ones_like(ids)), strict=True)))
    return len(every) / (time.process_time() - began)


def main() -> None:
    """Measure, write, print."""
    with tempfile.TemporaryDirectory(prefix="winnow-bench-") as name:
        lines = measure(
            [*synthetic(), *real()], write_base_bundle(Path(name) / "bundle", version="base-int8", threshold=1.0)
        )
    report("normalising", lines, libraries=("pydantic", "pydantic-core", "onnxruntime", "tokenizers"))


if __name__ == "__main__":
    main()
