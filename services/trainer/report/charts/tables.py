"""Counts in cells."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from services.trainer.report.charts.canvas import SERIES, Frame, drawn


def matrix(counts: Sequence[Sequence[int]], *, names: Sequence[str], frame: Frame) -> str:
    """Counts of truth (rows) against answer (columns), shaded by their share of the row."""

    def draw(axes: Axes) -> None:
        for row, cells in enumerate(counts):
            for column, count in enumerate(cells):
                share = count / max(sum(cells), 1)
                axes.fill_between([column, column + 1], row, row + 1, color=SERIES[0], alpha=0.75 * share, linewidth=0)
                axes.text(column + 0.5, row + 0.42, f"{count:,}", ha="center", va="center", fontsize=12)
                axes.text(column + 0.5, row + 0.7, f"{share:.0%}", ha="center", va="center", fontsize=8, alpha=0.75)
        places = [place + 0.5 for place in range(len(names))]
        axes.set_xticks(places, names)
        axes.set_yticks(places, names)
        axes.set_xlim(0, len(names))
        axes.set_ylim(len(names), 0)
        axes.grid(visible=False)
        axes.tick_params(length=0)

    return drawn(frame, draw)
