"""One row for each name: bars, and estimates with their intervals."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from services.core.bundle import Estimate
from services.trainer.report.charts.canvas import INK, SERIES, Frame, drawn


def bars(values: Mapping[str, float], *, frame: Frame, form: str = "{:.2f}") -> str:
    """One horizontal bar for each name, its value beside it; `frame.x` names the unit."""

    def draw(axes: Axes) -> None:
        names = list(values)[::-1]
        axes.barh(names, [values[name] for name in names], color=SERIES[0], height=0.62)
        for place, name in enumerate(names):
            axes.annotate(
                form.format(values[name]), (values[name], place), (4, 0), textcoords="offset points", va="center"
            )
        axes.grid(visible=False)
        axes.margins(x=0.15)
        axes.tick_params(length=0)

    return drawn(frame, draw)


def estimates(
    values: Mapping[str, Estimate], *, frame: Frame, from_zero: bool = False, reference: float | None = None
) -> str:
    """A dot with its 95 % interval for each name, figures beside it; as high as there are names.

    `from_zero` draws a bar up to each dot, for shares; `reference` a line to compare with, as in a forest plot.
    """

    def draw(axes: Axes) -> None:
        names = list(values)[::-1]
        if reference is not None:
            axes.axvline(reference, color=INK, alpha=0.45, linewidth=1, linestyle="--")
        for place, name in enumerate(names):
            _estimate(axes, place, values[name], from_zero=from_zero)
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(-0.6, len(names) - 0.4)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)

    return drawn(frame.of_height(0.85 + 0.3 * len(values)), draw)


def _estimate(axes: Axes, place: int, one: Estimate, *, from_zero: bool) -> None:
    if from_zero:
        axes.barh(place, one.value, color=SERIES[0], alpha=0.3, height=0.6, linewidth=0)
    axes.plot([one.low, one.high], [place, place], color=SERIES[0], linewidth=1.6)
    axes.plot(one.value, place, color=SERIES[0], marker="o", markersize=5)
    said = f"{one.value:.3f}  ({one.low:.3f} to {one.high:.3f})"
    axes.annotate(said, (1.02, place), xycoords=("axes fraction", "data"), va="center", fontsize=8)
