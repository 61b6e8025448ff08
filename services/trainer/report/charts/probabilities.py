"""Whether probabilities mean what they say."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from services.trainer.report.charts.canvas import INK, SERIES, Frame, drawn


def reliability(points: Sequence[tuple[float, float, int]], *, frame: Frame) -> str:
    """Predicted against observed share, each with the number of cases behind it; on the diagonal both agree."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=INK, alpha=0.4, linewidth=1, linestyle="--")
        most = max((count for _, _, count in points), default=1)
        xs, ys = [point[0] for point in points], [point[1] for point in points]
        axes.plot(xs, ys, color=SERIES[0], linewidth=1.2, alpha=0.6)
        axes.scatter(xs, ys, s=[18 + 110 * (count / most) ** 0.5 for _, _, count in points], color=SERIES[0])
        for x, y, count in points:
            axes.annotate(f"{count:,}", (x, y), (0, 9), textcoords="offset points", ha="center", fontsize=7.5)

    return drawn(frame, draw)
