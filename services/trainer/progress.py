"""What a run tells while it goes on: JSON lines on its standard output, read by the service."""

from collections.abc import Callable

from schemas.base import Contract


class Progress(Contract):
    """One report: the stage, how far the run is (0 to 1), and whatever figures it has by now."""

    stage: str
    done: float
    loss: float | None = None
    validation_loss: float | None = None
    validation_f1: float | None = None
    examples_per_second: float | None = None


Report = Callable[[Progress], None]
