"""Lines over an axis: how one figure changes with another."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from services.trainer.report.charts.canvas import INK, SERIES, Frame, Point, drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A named stretch of the x axis, shaded behind the lines."""

    name: str
    start: float
    end: float


def lines(
    series: Mapping[str, Sequence[Point]],
    *,
    frame: Frame,
    spans: Sequence[Span] = (),
    dots: Mapping[str, Point] | None = None,
    faint: Collection[str] = (),
    marks: Mapping[str, float] | None = None,
) -> str:
    """Up to eight lines by name, over named spans, with one dot on a line where it has one.

    The `faint` are thin and dashed: what the others are compared with. `marks` are named places on the x axis.
    """

    def draw(axes: Axes) -> None:
        _spans(axes, spans)
        for name, x in (marks or {}).items():
            axes.axvline(x, color=INK, alpha=0.45, linewidth=1, linestyle=":")
            axes.annotate(name, (x, 1.01), xycoords=("data", "axes fraction"), ha="center", fontsize=8)
        for (name, points), colour in zip(series.items(), SERIES, strict=False):
            xs, ys = [point[0] for point in points], [point[1] for point in points]
            width, style = (1.1, "--") if name in faint else (1.8, "-")
            axes.plot(xs, ys, label=name, color=colour, linewidth=width, linestyle=style)
            if dots and name in dots:
                axes.plot(*dots[name], color=colour, marker="o", markersize=7)

    return drawn(frame, draw)


def _spans(axes: Axes, spans: Sequence[Span]) -> None:
    for place, span in enumerate(spans):
        axes.axvspan(span.start, span.end, color=INK, alpha=0.07 if place % 2 else 0.03, linewidth=0)
        middle = (span.start + span.end) / 2
        axes.annotate(span.name, (middle, 1.01), xycoords=("data", "axes fraction"), ha="center", fontsize=8)
