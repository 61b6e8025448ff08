"""Normalising: a native alert's bytes to AlertV1 and to text, alerts a second of one core; the texts' tokens.

Synthetic alerts of the simulated SOC, and beside them real ones where the folder that WINNOW_DATA names is there.
"""

import gzip
import json
import os
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from statistics import median

import numpy as np
from tokenizers import Tokenizer

from benchmarks.bare_loop import session
from benchmarks.base_bundle import write_base_bundle
from benchmarks.report import Line, line, report
from schemas import AlertV1
from services.core import text
from services.core.bundle import ENCODER, ENCODER_INPUTS, ENCODER_OUTPUT, TOKENIZER
from services.sandbox.soc import SimulatedSoc
from services.siem.reading import Refusal, read_alerts

ROUNDS = 3
MOST = 1_000
"""Alerts of one format; where there are fewer, a round reads them as often as gives that many."""
ENCODED = 200
FOLDER = Path(os.environ.get("WINNOW_DATA", "../shared/data"))
NATIVE = ("*_native_labelled.jsonl.gz", "suricata_eve.jsonl.gz", "sigma_detections.jsonl.gz", "samples/*.jsonl")
"""Files of native alerts: one a line, in compressed files under `alert`."""
PARSED = "only parsed"
TO_ALERT = "bytes to AlertV1"
TO_TEXT = "bytes to text"
RECOGNISED = "bytes to AlertV1, without the header"
Rounds = Mapping[tuple[str, str], Sequence[float]]
"""Alerts a second in each round, by the sample's name and by what was done."""
_BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Native alerts of one format, by what the Kafka header would call it, and where they are from."""

    format: str
    origin: str
    values: Sequence[bytes]

    @property
    def name(self) -> str:
        """As the table has it."""
        return f"{self.format}, {self.origin}"

    def works(self) -> dict[str, Callable[[], None]]:
        """What is measured, by name."""
        return {
            PARSED: lambda: _exhaust(map(json.loads, self.values)),
            TO_TEXT: lambda: _exhaust(self.texts()),
            TO_ALERT: lambda: _exhaust(self.outcomes(self.format)),
            RECOGNISED: lambda: _exhaust(self.outcomes(None)),
        }

    def outcomes(self, format_name: str | None) -> Iterator[AlertV1 | Refusal]:
        """What the values are read as, in order."""
        for value in self.values:
            yield from read_alerts(value, format_name=format_name, received_at=_BEGIN)

    def texts(self) -> Iterator[str]:
        """Their texts, in order."""
        return (text.render_alert(each) for each in self.outcomes(self.format) if isinstance(each, AlertV1))


def _exhaust(values: Iterable[object]) -> None:
    deque(values, maxlen=0)


def samples() -> list[Sample]:
    """Those there are: synthetic first, then real."""
    simulated = SimulatedSoc(seed=1, start=_BEGIN, rate=30.0).due(_BEGIN + timedelta(seconds=MOST / 5))
    synthetic = _by_format("synthetic", (alert.value for alert in simulated))
    return synthetic + _by_format("real", chain.from_iterable(map(_natives, _files())))


def _files() -> list[Path]:
    return sorted(chain.from_iterable(map(FOLDER.glob, NATIVE)))


def _natives(file: Path) -> Iterator[bytes]:
    content = file.read_bytes()
    is_packed = file.suffix == ".gz"
    for row in (gzip.decompress(content) if is_packed else content).splitlines():
        yield json.dumps(json.loads(row)["alert"], separators=(",", ":")).encode() if is_packed else row


def _by_format(origin: str, values: Iterable[bytes]) -> list[Sample]:
    """What is recognised as one alert of one format, by format."""
    found: defaultdict[str, list[bytes]] = defaultdict(list)
    for value in values:
        outcomes = read_alerts(value, format_name=None, received_at=_BEGIN)
        if len(outcomes) == 1 and isinstance(alert := outcomes[0], AlertV1):
            found[alert.source].append(value)
    return [Sample(format=name, origin=origin, values=every[:MOST]) for name, every in sorted(found.items())]


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
    for each in vars(text).values():
        if hasattr(each, "cache_clear"):
            each.cache_clear()


def measure(every: Sequence[Sample], bundle: Path) -> list[Line]:
    """All figures, the two sides of a ratio in turn."""
    rounds: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    encoded = []
    for _ in range(ROUNDS):
        for each in every:
            for name, work in each.works().items():
                rounds[each.name, name].append(a_second(each, work))
        encoded.append(texts_encoded_a_second(bundle, list(islice(every[0].texts(), ENCODED))))
    names = [each.name for each in every]
    by_speed = sorted(names, key=lambda name: median(rounds[name, TO_TEXT]))
    return [
        *_summary("median", by_speed[len(by_speed) // 2], rounds, encoded),
        *_summary("slowest", by_speed[0], rounds, encoded),
        *(_line(name, TO_TEXT, rounds[name, TO_TEXT], "json.loads", rounds[name, PARSED]) for name in names),
        *chain.from_iterable(_tokens(each, bundle) for each in every),
    ]


def _summary(which: str, name: str, rounds: Rounds, encoded: Sequence[float]) -> Iterator[Line]:
    """A format beside the encoder, and what its parts take."""
    title = f"{which} format ({name})"
    yield _line(title, TO_TEXT, rounds[name, TO_TEXT], "the encoder", encoded)
    yield _line(title, TO_ALERT, rounds[name, TO_ALERT], "to text", rounds[name, TO_TEXT])
    yield _line(title, RECOGNISED, rounds[name, RECOGNISED], "with it", rounds[name, TO_ALERT])


def _line(title: str, work: str, speeds: Sequence[float], against: str, reference: Sequence[float]) -> Line:
    return line(f"{title}: {work} (reference: {against})", speeds, unit="alerts/s", reference=reference)


def texts_encoded_a_second(bundle: Path, texts: Sequence[str]) -> float:
    """The encoder, tokenisation included: one text a run, a second of processor time."""
    encoder, tokenizer = session((bundle / ENCODER).read_bytes(), threads=1), _tokenizer(bundle)
    began = time.process_time()
    for each in texts:
        ids = np.array([tokenizer.encode(each).ids], dtype=np.int64)
        encoder.run([ENCODER_OUTPUT], dict(zip(ENCODER_INPUTS, (ids, np.ones_like(ids)), strict=True)))
    return len(texts) / (time.process_time() - began)


def _tokens(sample: Sample, bundle: Path) -> tuple[Line, Line]:
    """Nothing is cut, so that it is seen where the model's limit cuts."""
    tokenizer = _tokenizer(bundle)
    counts = [float(len(tokenizer.encode(each).ids)) for each in sample.texts()]
    return (
        line(f"{sample.name}: tokens, median", [median(counts)], unit="tokens"),
        line(f"{sample.name}: tokens, p95", [float(np.percentile(counts, 95))], unit="tokens"),
    )


def _tokenizer(bundle: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(bundle / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def main() -> None:
    """Measure, write, print."""
    with tempfile.TemporaryDirectory(prefix="winnow-bench-") as name:
        lines = measure(samples(), write_base_bundle(Path(name) / "bundle", version="base-int8"))
    report("normalising", lines, libraries=("pydantic", "pydantic-core", "onnxruntime", "tokenizers"))


if __name__ == "__main__":
    main()
