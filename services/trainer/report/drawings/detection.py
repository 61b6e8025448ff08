"""How soon attacks are noticed."""

from collections.abc import Iterator, Sequence

from services.core.detection import Detection
from services.core.metrics import Evaluation
from services.trainer.report.charts import Frame, bars, lines
from services.trainer.report.drawings.drawing import UNIT, Drawing

_DETECTED = {"1st alert": (1, 1), "2nd alert": (2, 2), "3rd alert": (3, 3), "4th to 10th": (4, 10), "later": (11, None)}


def detection(evaluation: Evaluation) -> list[Drawing]:
    """How soon attacks are noticed; nothing where there is no attack."""
    if not evaluation.detections:
        return []
    title, counts = "Attacks by the first of their alerts that is shown", _places(evaluation.detections)
    return [
        Drawing(
            title=title,
            svg=bars(counts, frame=Frame(title=title, x="attacks").of_height(2.6), form="{:,.0f}"),
            caption="An attack is noticed when one of its alerts is shown; the rest can be found from there.",
            head=("first shown", "attacks"),
            rows=tuple((name, f"{count:,.0f}") for name, count in counts.items()),
        ),
        *_delays(evaluation.detections),
    ]


def _places(detections: Sequence[Detection]) -> dict[str, float]:
    firsts = [one.first for one in detections]
    counts = {
        name: float(sum(first is not None and low <= first <= (high or first) for first in firsts))
        for name, (low, high) in _DETECTED.items()
    }
    return {**counts, "never": float(firsts.count(None))}


def _delays(detections: Sequence[Detection]) -> Iterator[Drawing]:
    """Share of the attacks noticed by so many seconds after their first alert."""
    delays = sorted(one.seconds for one in detections if one.seconds is not None)
    if not delays or delays[-1] <= 0:
        return
    points, last = [], 0.0
    for place, seconds in enumerate(delays, start=1):  # a stair: nothing happens between two attacks
        points += [(seconds / 60, last), (seconds / 60, place / len(detections))]
        last = place / len(detections)
    title = "Attacks noticed within so many minutes"
    frame = Frame(title=title, x="minutes", y="share of attacks", y_limits=UNIT)
    marks = {share: delays[min(round(share * (len(delays) - 1)), len(delays) - 1)] for share in (0.5, 0.9, 0.95)}
    yield Drawing(
        title=title,
        svg=lines({"attacks": points}, frame=frame),
        caption="From an attack's first alert to the first one shown; those never noticed keep the line below 1.",
        head=("of the attacks noticed", "within"),
        rows=tuple((f"{share:.0%}", f"{seconds / 60:.1f} min") for share, seconds in marks.items()),
    )
