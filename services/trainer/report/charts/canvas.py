"""What all charts share: their dress, their frame, and how a drawing becomes SVG for a page.

Colours are the page's own (`currentColor`, `var(--series-1)` … of `templates/base.html.j2`), so charts follow its light
and dark dress.
"""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

Point = tuple[float, float]

INK = "#010101"
SERIES = tuple(f"#0100{place:02x}" for place in range(1, 9))
"""Colours nobody uses, drawn with and then replaced by the page's."""
_FALLBACK = ("#2563eb", "#c2570c", "#0f8a5f", "#8b3fd1", "#c02669", "#64748b", "#0e7490", "#a16207")
_LONG = 16
"""Characters of a name in a legend of which no three fit side by side."""
_DRESS: dict[Any, object] = {
    "svg.fonttype": "none",  # text stays text
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "grid.color": INK,
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

    def of_height(self, inches: float) -> "Frame":
        """The same with another height."""
        return replace(self, size=(self.size[0], inches))


def drawn(frame: Frame, draw: Callable[[Axes], None]) -> str:
    """The frame with what `draw` puts on its axes, as SVG; the same input gives the same bytes."""
    with mpl.rc_context({**_DRESS, "svg.hashsalt": frame.title}):
        figure = Figure(figsize=frame.size, layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        handles, labels = axes.get_legend_handles_labels()
        if len(labels) > 1:
            figure.legend(handles, labels, loc="outside lower center", ncols=_legend_columns(labels))
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


def _legend_columns(labels: Sequence[str]) -> int:
    """Long names side by side would leave the frame."""
    return min(len(labels), 2 if max(map(len, labels)) > _LONG else 3)


def _inlined(svg: str, title: str) -> str:
    """The drawing alone, in the page's colours and font, without ids nothing points at (they would clash)."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    used = set(re.findall(r"(?:#|url\(#)([\w-]+)", svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", svg)
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;\"]*(; )?", "", svg)
    svg = svg.replace(INK, "currentColor")
    for place, (colour, fallback) in enumerate(zip(SERIES, _FALLBACK, strict=True), start=1):
        svg = svg.replace(colour, f"var(--series-{place}, {fallback})")
    svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg, count=2)
    name = escape(title, quote=True)
    shape = 'style="stroke-linejoin: round; stroke-linecap: butt"'
    return svg.replace("<svg ", f'<svg role="img" aria-label="{name}" {shape} ', 1).strip()
