"""What fewer layers cost and save: alerts a second against how well attacks are told from noise.

    python -m benchmarks.frontier [LAYERS ...]

Models of the base's lowest layers (`training.layers`), all of them first: the reference. Quality is that on the alerts
in the folder WINNOW_DATA: on AIT-ADS, each scenario left out in turn, the encoder as it was pretrained, so that a model
takes half a minute; and on the tasks of the quality benchmark, in its folds, where the encoder learns as it does by
default. Speed is that of the int8 encoder on AIT-ADS' texts, one thread, tokenisation included, in turns.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import TypeVar

from benchmarks.base_bundle import write_base_bundle
from benchmarks.labelled import Labelled
from benchmarks.quality.alone import TASKS, Told, told_apart
from benchmarks.quality.contenders import WINNOW, fit_winnow
from benchmarks.quality.scenarios import SCENARIOS, Scenario, scenario
from benchmarks.report import Line, line, report
from services.classifier.loading import load_bundle
from services.core.judged import answered
from services.core.metrics import choose_threshold, figures
from services.core.text import render_alert
from services.trainer.settings import TrainingSettings

FoundT = TypeVar("FoundT")

LAYERS = (6, 4, 3, 2, 1)
ROUNDS = 5
_TEXTS = 300


def quality(scenarios: Mapping[str, Scenario], layers: int) -> tuple[float, float]:
    """Average precision and the best F1, means over the left-out scenarios."""
    settings, found = TrainingSettings(layers=layers, epochs=0), []
    for name, left_out in scenarios.items():
        known = [one for other in scenarios.values() if other.name != name for one in other.thinned]
        said = answered(fit_winnow(known, settings=settings), left_out.thinned)
        best = choose_threshold(said, beta=1.0)
        found.append((figures(said, threshold=0.5)["average_precision"], figures(said, threshold=best)["f1"]))
    return mean(each for each, _ in found), mean(each for _, each in found)


def learned(task: str, labelled: Sequence[Labelled], layers: int) -> Told:
    """How well a model whose encoder learned tells a task's attacks from the rest."""
    settings = TrainingSettings(layers=layers)
    (found,) = told_apart(task, labelled, lambda training: {WINNOW: fit_winnow(training, settings=settings)})
    return found


def speeds(texts: Sequence[str], depths: Sequence[int]) -> dict[int, list[float]]:
    """Texts a second by layers, a figure a round."""
    with TemporaryDirectory(prefix="winnow-bench-") as name:
        encoders = {
            layers: _encoder(write_base_bundle(Path(name) / str(layers), version="v", threshold=1.0, layers=layers))
            for layers in depths
        }
    found: dict[int, list[float]] = {layers: [] for layers in depths}
    for _ in range(ROUNDS):
        for layers, encode in encoders.items():
            began = time.perf_counter()
            for text in texts:
                encode(text)
            found[layers].append(len(texts) / (time.perf_counter() - began))
    return found


def _encoder(bundle: Path) -> Callable[[str], object]:
    return load_bundle(str(bundle), cache_bytes=0).encode


def measure(depths: Sequence[int]) -> Iterator[Line]:
    """All figures, those of the first depth the others' reference."""
    scenarios = {name: scenario(name) for name in SCENARIOS}
    texts = list(dict.fromkeys(render_alert(one.alert) for each in scenarios.values() for one in each.thinned))
    yield from _lines("texts a second", speeds(texts[:: -(-len(texts) // _TEXTS)], depths), unit="texts/s")
    frozen = {layers: _seen("AIT-ADS", layers, quality(scenarios, layers)) for layers in depths}
    yield from _lines("AIT-ADS, average precision", {layers: [each] for layers, (each, _) in frozen.items()})
    yield from _lines("AIT-ADS, best F1", {layers: [each] for layers, (_, each) in frozen.items()})
    for task, read in TASKS.items():
        labelled = list(read())
        told = {layers: _seen(task, layers, learned(task, labelled, layers)) for layers in depths}
        yield from _lines(f"{task}, accuracy", {layers: [each.accuracy.value] for layers, each in told.items()})
        ranked = {layers: [each.average_precision.value] for layers, each in told.items()}
        yield from _lines(f"{task}, average precision", ranked)


def _seen(task: str, layers: int, found: FoundT) -> FoundT:
    sys.stderr.write(f"{task}, {layers} layers: {found}\n")
    return found


def _lines(what: str, found: Mapping[int, Sequence[float]], *, unit: str = "") -> Iterator[Line]:
    first, *_ = found
    for layers, values in found.items():
        name = f"{what}: {layers} layers (reference: {first} layers)"
        yield line(name, values, unit=unit, reference=found[first])


def main() -> None:
    """Measure, write, print."""
    lines = list(measure([int(each) for each in sys.argv[1:]] or LAYERS))
    report("frontier", lines, libraries=("onnxruntime", "torch", "transformers", "scikit-learn"))


if __name__ == "__main__":
    main()
