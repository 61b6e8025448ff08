"""Memory over many changes of the model in service, in one process, some texts encoded by each.

    python -m benchmarks.swaps [SWAPS]

Two bundles of an int8 MiniLM take turns, as the classifier loads and drops them. First with what was freed given back
after each change, as the classifier does, then without: the reference.
"""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.report import Line, asked, line, report
from services.classifier.loading import load_bundle
from services.runtime.memory import give_back

SWAPS = 200
_TEXTS = [
    f"alert {number} on host web-{number % 7} | wazuh high | cmd run --id {number * 7919}" for number in range(60)
]


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
    """The same in a process that has done nothing else."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return alone.submit(resident, folders, swaps=swaps, gives_back=gives_back).result()


def measure(swaps: int) -> list[Line]:
    """All figures."""
    from benchmarks.base_bundle import write_base_bundle  # noqa: PLC0415 - brings torch, which a classifier has not

    with TemporaryDirectory(prefix="winnow-bench-") as name:
        versions = ("one", "two")
        folders = [str(write_base_bundle(Path(name) / each, version=each, threshold=1.0)) for each in versions]
        early, late = _in_a_process(folders, swaps=swaps, gives_back=True)
        kept_early, kept_late = _in_a_process(folders, swaps=swaps, gives_back=False)
    return [
        line("resident after 10 swaps (reference: nothing given back)", [early], unit="MiB", reference=[kept_early]),
        line(f"resident after {swaps} swaps (reference: the same)", [late], unit="MiB", reference=[kept_late]),
    ]


def main() -> None:
    """Measure, write, print."""
    lines = measure(asked(SWAPS))
    report("swaps", lines, libraries=("onnxruntime", "tokenizers"))


if __name__ == "__main__":
    main()
