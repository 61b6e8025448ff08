"""Memory over many changes of the model in service, in one process, some texts encoded by each.

    python -m benchmarks.swaps [SWAPS]

Two bundles of an int8 MiniLM take turns, as the classifier loads and drops them. First with what was freed given back
after each change, as the classifier does, then without: the reference.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.report import line, report
from services.classifier.loading import load_bundle
from services.runtime.memory import give_back

SWAPS = 200
_TEXTS = [
    f"alert {number} on host web-{number % 7} | wazuh high | cmd run --id {number * 7919}" for number in range(60)
]
_KEEP = "keep"


def resident(folders: list[str], *, swaps: int, gives_back: bool) -> list[float]:
    """MiB resident after the tenth and after the last of so many swaps."""
    found = []
    with ThreadPoolExecutor(2) as pool:
        for number in range(swaps):
            model = load_bundle(folders[number % len(folders)], cache_bytes=64 << 20)
            list(pool.map(lambda text: model.encode(text).settle(), _TEXTS))  # noqa: B023 - done before the next
            if gives_back:
                give_back()
            if number in (9, swaps - 1):
                found.append(psutil.Process().memory_info().rss / 2**20)
    return found


def _in_a_process(folders: list[str], *, swaps: int, gives_back: bool) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.swaps", str(swaps), *folders, *([] if gives_back else [_KEEP])]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [float(value) for value in told.split()]


def _worker(swaps: int, *rest: str) -> None:
    folders = [each for each in rest if each != _KEEP]
    found = resident(folders, swaps=swaps, gives_back=_KEEP not in rest)
    sys.stdout.write(" ".join(map(str, found)))


def measure(swaps: int) -> None:
    """Measure, write, print."""
    from benchmarks.base_bundle import write_base_bundle  # noqa: PLC0415 - brings torch, which a classifier has not

    with TemporaryDirectory(prefix="winnow-bench-") as name:
        versions = ("one", "two")
        folders = [str(write_base_bundle(Path(name) / each, version=each, threshold=1.0)) for each in versions]
        early, late = _in_a_process(folders, swaps=swaps, gives_back=True)
        kept_early, kept_late = _in_a_process(folders, swaps=swaps, gives_back=False)
    lines = [
        line("resident after 10 swaps (reference: nothing given back)", [early], unit="MiB", reference=[kept_early]),
        line(f"resident after {swaps} swaps (reference: the same)", [late], unit="MiB", reference=[kept_late]),
    ]
    report("swaps", lines, libraries=("onnxruntime", "tokenizers"))


def main() -> None:
    """The whole, or in a process of its own one of the two ways."""
    swaps = int(sys.argv[1]) if len(sys.argv) > 1 else SWAPS
    if len(sys.argv) > 2:
        _worker(swaps, *sys.argv[2:])
    else:
        measure(swaps)


if __name__ == "__main__":
    main()
