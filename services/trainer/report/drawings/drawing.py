"""A chart on a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.trainer.report.charts import Point
from services.trainer.report.run_report import Measured

Models = Mapping[str, Measured]
"""The model a page is about first, then champion and baselines."""
UNIT = (-0.02, 1.02)
"""An axis for shares, with room for what lies at its ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart with its heading, what to look for in it, and its figures: the head of a table and its rows."""

    title: str
    svg: str
    caption: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def filled(series: Mapping[str, Sequence[Point]]) -> dict[str, Sequence[Point]]:
    """The lines that have points."""
    return {name: points for name, points in series.items() if points}
