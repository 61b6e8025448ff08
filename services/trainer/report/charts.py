"""Charts as inline SVG for pages without scripts; the same input gives the same bytes.

Colours are the page's own (`currentColor`, `var(--series-1)` … of `templates/base.html.j2`), so charts follow its light
and dark dress. Any report may use these functions; none knows what it draws.
"""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

Point = tuple[float, float]

_INK = "#010101"
_SERIES = tuple(f"#0100{place:02x}" for place in range(1, 7))
"""Colours nobody uses, drawn with and then replaced by the page's."""
_FALLBACK = ("#2563eb", "#c2570c", "#0f8a5f", "#8b3fd1", "#c02669", "#64748b")
_DRESS: dict[Any, object] = {
    "svg.fonttype": "none",  # text stays text
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "grid.color": _INK,
    "grid.alpha": 0.12,
    "axes.grid": True,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a chart is called for those who cannot see it, its axes' names, size in inches and limits.

    `whole_x` says that x counts whole things.
    """

    title: str
    x: str = ""
    y: str = ""
    size: tuple[float, float] = (5.2, 3.4)
    x_limits: tuple[float, float] | None = None
    y_limits: tuple[float, float] | None = None
    whole_x: bool = False


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
) -> str:
    """Up to six lines by name, over named spans, with one dot on a line where it has one."""

    def draw(axes: Axes) -> None:
        for place, span in enumerate(spans):
            axes.axvspan(span.start, span.end, color=_INK, alpha=0.07 if place % 2 else 0.03, linewidth=0)
            middle = (span.start + span.end) / 2
            axes.annotate(span.name, (middle, 1.01), xycoords=("data", "axes fraction"), ha="center", fontsize=8)
        for (name, points), colour in zip(series.items(), _SERIES, strict=False):
            xs, ys = [point[0] for point in points], [point[1] for point in points]
            axes.plot(xs, ys, label=name, color=colour)
            if dots and name in dots:
                axes.plot(*dots[name], color=colour, marker="o", markersize=7)

    return _svg(frame, draw)


def bars(values: Mapping[str, float], *, frame: Frame, form: str = "{:.2f}") -> str:
    """One horizontal bar for each name, its value beside it; `frame.x` names the unit."""

    def draw(axes: Axes) -> None:
        names = list(values)[::-1]
        axes.barh(names, [values[name] for name in names], color=_SERIES[0], height=0.62)
        for place, name in enumerate(names):
            axes.annotate(
                form.format(values[name]), (values[name], place), (4, 0), textcoords="offset points", va="center"
            )
        axes.grid(visible=False)
        axes.margins(x=0.15)
        axes.tick_params(length=0)

    return _svg(frame, draw)


def matrix(counts: Sequence[Sequence[int]], *, names: Sequence[str], frame: Frame) -> str:
    """Counts of truth (rows) against answer (columns), shaded by their share of the row."""

    def draw(axes: Axes) -> None:
        for row, cells in enumerate(counts):
            for column, count in enumerate(cells):
                share = count / max(sum(cells), 1)
                axes.fill_between([column, column + 1], row, row + 1, color=_SERIES[0], alpha=0.75 * share, linewidth=0)
                axes.text(column + 0.5, row + 0.42, f"{count:,}", ha="center", va="center", fontsize=12)
                axes.text(column + 0.5, row + 0.7, f"{share:.0%}", ha="center", va="center", fontsize=8, alpha=0.75)
        places = [place + 0.5 for place in range(len(names))]
        axes.set_xticks(places, names)
        axes.set_yticks(places, names)
        axes.set_xlim(0, len(names))
        axes.set_ylim(len(names), 0)
        axes.grid(visible=False)
        axes.tick_params(length=0)

    return _svg(frame, draw)


def reliability(points: Sequence[tuple[float, float, int]], *, frame: Frame) -> str:
    """Predicted against observed share, each with the number of cases behind it; on the diagonal both agree."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=_INK, alpha=0.4, linewidth=1, linestyle="--")
        most = max((count for _, _, count in points), default=1)
        xs, ys = [point[0] for point in points], [point[1] for point in points]
        axes.plot(xs, ys, color=_SERIES[0], linewidth=1.2, alpha=0.6)
        axes.scatter(xs, ys, s=[18 + 110 * (count / most) ** 0.5 for _, _, count in points], color=_SERIES[0])
        for x, y, count in points:
            axes.annotate(f"{count:,}", (x, y), (0, 9), textcoords="offset points", ha="center", fontsize=7.5)

    return _svg(frame, draw)


def _svg(frame: Frame, draw: Callable[[Axes], None]) -> str:
    with mpl.rc_context({**_DRESS, "svg.hashsalt": frame.title}):
        figure = Figure(figsize=frame.size, layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        handles, labels = axes.get_legend_handles_labels()
        if len(labels) > 1:
            figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 3))
        axes.set_xlabel(frame.x)
        axes.set_ylabel(frame.y)
        if frame.x_limits:
            axes.set_xlim(frame.x_limits)
        if frame.y_limits:
            axes.set_ylim(frame.y_limits)
        if frame.whole_x:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    return _inlined(written.getvalue(), frame.title)


def _inlined(svg: str, title: str) -> str:
    """The drawing alone, in the page's colours and font, without ids nothing points at (they would clash)."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    used = set(re.findall(r"(?:#|url\(#)([\w-]+)", svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", svg)
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;\"]*(; )?", "", svg)
    svg = svg.replace(_INK, "currentColor")
    for place, (drawn, fallback) in enumerate(zip(_SERIES, _FALLBACK, strict=True), start=1):
        svg = svg.replace(drawn, f"var(--series-{place}, {fallback})")
    svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg, count=2)
    name = escape(title, quote=True)
    shape = 'style="stroke-linejoin: round; stroke-linecap: butt"'
    return svg.replace("<svg ", f'<svg role="img" aria-label="{name}" {shape} ', 1).strip()
