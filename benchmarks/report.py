"""How benchmarks tell what they measured: results/NAME.json, and the same as a table."""

import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import psutil
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

RESULTS = Path(__file__).parent / "results"
_LIBRARIES = ("kafka-python", "faust-streaming", "onnxruntime", "torch", "transformers", "sqlalchemy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure: the median of several rounds, with the lowest and the highest of them.

    `reference` is what it was measured against in the same run, in the same unit, and `ratio` is value by reference.
    """

    name: str
    value: float
    unit: str
    reference: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None


def line(name: str, rounds: Sequence[float], *, unit: str, reference: Sequence[float] = ()) -> Line:
    """A figure from its rounds, beside its reference's; rounds of equal number are compared round by round."""
    value = median(rounds)
    against = median(reference) if reference else None
    return Line(
        name=name,
        value=value,
        unit=unit,
        reference=against,
        ratio=_ratio(rounds, reference),
        low=min(rounds),
        high=max(rounds),
    )


def _ratio(rounds: Sequence[float], reference: Sequence[float]) -> float | None:
    if not reference:
        return None
    if len(rounds) == len(reference):  # what disturbs the machine disturbs both sides of a round alike
        return median(mine / theirs for mine, theirs in zip(rounds, reference, strict=True))
    return median(rounds) / median(reference)


def asked(otherwise: int) -> int:
    """The number on the command line, of whatever a benchmark says, else this one."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else otherwise


def report(name: str, lines: Sequence[Line], *, libraries: Sequence[str] = _LIBRARIES) -> Path:
    """Write the file and print the table; returns where the file is."""
    path = write(name, lines, libraries=libraries)
    Console().print(_table(name, lines))
    return path


def write(name: str, lines: Sequence["DataclassInstance"], *, libraries: Sequence[str], **facts: str) -> Path:
    """Write `results/NAME.json`: the lines, and what they were measured on; further facts by name. Returns where."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    content = {
        "name": name,
        "machine": machine(),
        "versions": {"python": platform.python_version(), **{library: version(library) for library in libraries}},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        **facts,
        "lines": [asdict(each) for each in lines],
    }
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path


def machine() -> dict[str, str | int | float]:
    """What it was measured on; how busy it was counts too."""
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count() or 0,
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(terse=True),
        "load_1m": round(psutil.getloadavg()[0], 2),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.is_file() else []
    names = [text.partition(":")[2].strip() for text in lines if text.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _table(name: str, lines: Sequence[Line]) -> Table:
    table = Table(title=name)
    table.add_column("what")
    for heading in ("value", "low", "high", "reference", "ratio"):
        table.add_column(heading, justify="right")
    table.add_column("unit")
    for each in lines:
        figures = (each.value, each.low, each.high, each.reference, each.ratio)
        table.add_row(each.name, *("" if figure is None else f"{figure:,.4g}" for figure in figures), each.unit)
    return table
