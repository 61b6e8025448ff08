"""Charts as inline SVG for pages without scripts; the same input gives the same bytes.

Any report may use these functions; none knows what it draws.
"""

from services.trainer.report.charts.canvas import Frame, Point
from services.trainer.report.charts.curves import Span, lines
from services.trainer.report.charts.probabilities import reliability
from services.trainer.report.charts.rows import bars, estimates
from services.trainer.report.charts.tables import matrix

__all__ = ["Frame", "Point", "Span", "bars", "estimates", "lines", "matrix", "reliability"]
