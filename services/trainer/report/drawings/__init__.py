"""A run's charts, each with what to look for in it and its figures as a table for those who cannot see it."""

from services.trainer.report.drawings.detection import detection
from services.trainer.report.drawings.drawing import Drawing, Models
from services.trainer.report.drawings.errors import errors, in_order, named
from services.trainer.report.drawings.learning import calibration, losses
from services.trainer.report.drawings.ranking import paired, ranking

__all__ = [
    "Drawing",
    "Models",
    "calibration",
    "detection",
    "errors",
    "in_order",
    "losses",
    "named",
    "paired",
    "ranking",
]
