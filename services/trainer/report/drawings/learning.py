"""What training left: probabilities that mean something, and a loss that fell."""

from collections.abc import Sequence

from services.core.metrics import Evaluation
from services.trainer.report.charts import Frame, Point, lines, reliability
from services.trainer.report.drawings.drawing import UNIT, Drawing, filled
from services.trainer.report.page import figure


def calibration(evaluation: Evaluation) -> list[Drawing]:
    """Whether a probability means what it says."""
    title = "Calibration"
    points = [(one.predicted, one.observed, one.count) for one in evaluation.calibration]
    frame = Frame(
        title=title, x="P(true positive) as stated", y="share of attacks", x_limits=UNIT, y_limits=(-0.04, 1.1)
    )
    return [
        Drawing(
            title=title,
            svg=reliability(points, frame=frame),
            caption="On the dashed line a probability means what it says; at each dot, how many alerts it stands for.",
            head=("stated, on average", "share of attacks", "alerts"),
            rows=tuple((figure(predicted), figure(observed), f"{count:,}") for predicted, observed, count in points),
        )
    ]


def losses(training: Sequence[Point], validation: Sequence[Point]) -> list[Drawing]:
    """The loss pass by pass; nothing where none was recorded."""
    series = filled({"training": training, "validation": validation})
    if not series:
        return []
    steps = sorted({step for points in series.values() for step, _ in points})
    told = {name: dict(points) for name, points in series.items()}
    return [
        Drawing(
            title="Loss",
            svg=lines(series, frame=Frame(title="Loss", x="pass", y="loss", whole_x=True)),
            caption="The model kept is the one with the lowest validation loss.",
            head=("pass", *series),
            rows=tuple((f"{step:.0f}", *(figure(told[name].get(step)) for name in series)) for step in steps),
        )
    ]
