"""What fewer layers cost and save: alerts a second against how well attacks are told from noise.

    python -m benchmarks.frontier [LAYERS ...]

Models of the base's lowest layers (`training.layers`), all of them first: the reference. Quality is that on AIT-ADS,
from the folder WINNOW_DATA, each scenario left out in turn; the encoder stays as it was pretrained, so that a model
takes half a minute. Speed is that of the int8 encoder on those alerts' texts, one thread, tokenisation included, in
turns.
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from benchmarks.base_bundle import write_base_bundle
from benchmarks.quality.contenders import fit_winnow
from benchmarks.quality.scenarios import SCENARIOS, Scenario, scenario
from benchmarks.report import Line, line, report
from services.classifier.loading import load_bundle
from services.core.judged import answered
from services.core.metrics import choose_threshold, figures
from services.core.text import render_alert
from services.trainer.settings import TrainingSettings

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


def measure(depths: Sequence[int]) -> list[Line]:
    """All figures."""
    scenarios = {name: scenario(name) for name in SCENARIOS}
    texts = list(dict.fromkeys(render_alert(one.alert) for each in scenarios.values() for one in each.thinned))
    rates, lines = speeds(texts[:: -(-len(texts) // _TEXTS)], depths), list[Line]()
    found = {}
    for layers in depths:
        sys.stderr.write(f"learning with {layers} layers\n")
        found[layers] = quality(scenarios, layers)
        first, told, reference = depths[0], f"{layers} layers", f"(reference: {depths[0]} layers)"
        lines += [
            line(f"{told}: texts a second {reference}", rates[layers], unit="texts/s", reference=rates[first]),
            line(f"{told}: average precision {reference}", found[layers][:1], unit="", reference=found[first][:1]),
            line(f"{told}: best F1 {reference}", found[layers][1:], unit="", reference=found[first][1:]),
        ]
    return lines


def main() -> None:
    """Measure, write, print."""
    lines = measure([int(each) for each in sys.argv[1:]] or LAYERS)
    report("frontier", lines, libraries=("onnxruntime", "torch", "transformers", "scikit-learn"))


if __name__ == "__main__":
    main()
