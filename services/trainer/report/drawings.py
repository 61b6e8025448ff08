"""A run's charts, each with what to look for in it and its figures as a table for those who cannot see it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas import Severity
from services.core.breakdown import NONE, OTHER, Slice
from services.core.bundle import LABELS
from services.core.detection import Detection
from services.core.differences import COMPARED
from services.core.metrics import Evaluation
from services.siem.attack_table import table as attack_table
from services.trainer.report.charts import Frame, Point, bars, estimates, lines, matrix, reliability
from services.trainer.report.page import figure, interval, plain
from services.trainer.report.run_report import Measured

Models = Mapping[str, Measured]
"""The model the report is about first, then champion and baselines."""

_UNIT = (-0.02, 1.02)
_UNTOLD = ("candidate", "champion", "model")
_DETECTED = {"1st alert": (1, 1), "2nd alert": (2, 2), "3rd alert": (3, 3), "4th to 10th": (4, 10), "later": (11, None)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart with its heading, what to look for in it, and its figures: the head of a table and its rows."""

    title: str
    svg: str
    caption: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def ranking(models: Models) -> list[Drawing]:
    """How well attacks are ranked, whatever the threshold."""
    return [_precision_recall(models), _saved(models)]


def _precision_recall(models: Models) -> Drawing:
    title = "Precision and recall"
    series = {plain(name): [(at.recall, at.precision) for at in one.holdout.curve] for name, one in models.items()}
    own, frame = _own(models).metrics, Frame(title=title, x="recall", y="precision", x_limits=_UNIT, y_limits=_UNIT)
    dots = {plain(next(iter(models))): (own["recall"].value, own["precision"].value)}
    figures = {name: one.holdout.metrics for name, one in models.items()}
    return Drawing(
        title=title,
        svg=lines(_drawn(series), frame=frame, dots=dots, faint=_faint(models)),
        caption="Further up and right is better. The dot is the model at its threshold.",
        head=("model", "average precision", "precision at its threshold", "recall at its threshold"),
        rows=tuple(
            (plain(name), *(figure(one[metric]) for metric in ("average_precision", "precision", "recall")))
            for name, one in figures.items()
        ),
    )


def _saved(models: Models) -> Drawing:
    title = "Alerts saved at each recall"
    series = {plain(name): [(at.recall, 1 - at.shown) for at in one.holdout.curve] for name, one in models.items()}
    own = _own(models).metrics
    frame = Frame(title=title, x="recall", y="share of alerts not shown", x_limits=(0.5, 1.01), y_limits=_UNIT)
    dots = {plain(next(iter(models))): (own["recall"].value, 1 - own["shown"].value)}
    return Drawing(
        title=title,
        svg=lines(_drawn(series), frame=frame, dots=dots, faint=_faint(models), marks={"99 %": 0.99}),
        caption="What analysts need not read, if the threshold were set for that recall on these very alerts.",
        head=("model", "saved at 99 % recall", "95 % interval", "saved at 99.9 %"),
        rows=tuple(
            (
                plain(name),
                figure(one.holdout.metrics["saved_at_99"]),
                interval(one.holdout.metrics["saved_at_99"]),
                figure(one.holdout.metrics["saved_at_999"]),
            )
            for name, one in models.items()
        ),
    )


def _own(models: Models) -> Evaluation:
    return next(iter(models.values())).holdout


def _faint(models: Models) -> list[str]:
    return [plain(name) for name in models if name not in _UNTOLD]


def _drawn(series: Mapping[str, Sequence[Point]]) -> dict[str, Sequence[Point]]:
    return {name: points for name, points in series.items() if points}


def paired(models: Models) -> list[Drawing]:
    """The model against each other one: a forest plot a figure."""
    found = []
    for metric in COMPARED:
        against = {plain(name): one.differences[metric] for name, one in models.items() if metric in one.differences}
        if against:
            title = f"Difference in {plain(metric)}"
            found.append(
                Drawing(
                    title=title,
                    svg=estimates(against, frame=Frame(title=title, x="better to the right of 0"), reference=0.0),
                    caption="The candidate's less the other's. An interval that holds 0 tells no difference.",
                    head=("against", "difference", "95 % interval"),
                    rows=tuple((name, figure(one), interval(one)) for name, one in against.items()),
                )
            )
    return found


def errors(evaluation: Evaluation) -> list[Drawing]:
    """Where the model errs: verdict by verdict, and by what an alert is."""
    return [_confusion(evaluation), *_recalls(evaluation.breakdown)]


def _confusion(evaluation: Evaluation) -> Drawing:
    title = "Likeliest verdict against truth"
    names = [label.replace("_", "\n") for label in LABELS]
    return Drawing(
        title=title,
        svg=matrix(evaluation.confusion, names=names, frame=Frame(title=title, x="said", y="truth")),
        caption="Each row is a truth: how many alerts of it were said to be what.",
        head=("truth", *(f"said {plain(label)}" for label in LABELS)),
        rows=tuple(
            (plain(label), *(f"{count:,}" for count in row))
            for label, row in zip(LABELS, evaluation.confusion, strict=True)
        ),
    )


def _recalls(slices: Sequence[Slice]) -> Iterator[Drawing]:
    for dimension in ("source", "severity", "tactic"):
        told = [one for one in in_order(slices, dimension) if one.attacks]
        if any(one.value != NONE for one in told):
            title = f"Recall by {dimension}"
            values = {f"{named(one)} ({one.attacks:,})": one.recall for one in told}
            frame = Frame(title=title, x="recall", x_limits=(0, 1.02))
            yield Drawing(
                title=title,
                svg=estimates(values, frame=frame, from_zero=True),
                caption="Share of the attacks shown; their number in brackets.",
                head=(dimension, "recall", "95 % interval"),
                rows=tuple((name, figure(one), interval(one)) for name, one in values.items()),
            )


def in_order(slices: Sequence[Slice], dimension: str) -> list[Slice]:
    """The slices of one dimension as a person looks for them: severities by rank, the others as they come."""
    found = [one for one in slices if one.dimension == dimension]
    ranks = [severity.value for severity in Severity][::-1]
    return (
        sorted(found, key=lambda one: ranks.index(one.value)) if dimension == "severity" and _ranked(found) else found
    )


def _ranked(slices: Sequence[Slice]) -> bool:
    return {one.value for one in slices} <= {severity.value for severity in Severity}


def named(one: Slice) -> str:
    """A slice's value in words: a tactic by its name, the pooled rest by how many they are."""
    if one.value == OTHER and one.pooled > 1:
        return f"{one.pooled} others"
    return attack_table().tactics.get(one.value, plain(one.value) if one.dimension == "class" else one.value)


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
    frame = Frame(title=title, x="minutes", y="share of attacks", y_limits=_UNIT)
    marks = {share: delays[min(round(share * (len(delays) - 1)), len(delays) - 1)] for share in (0.5, 0.9, 0.95)}
    yield Drawing(
        title=title,
        svg=lines({"attacks": points}, frame=frame),
        caption="From an attack's first alert to the first one shown; those never noticed keep the line below 1.",
        head=("of the attacks noticed", "within"),
        rows=tuple((f"{share:.0%}", f"{seconds / 60:.1f} min") for share, seconds in marks.items()),
    )


def calibration(evaluation: Evaluation) -> list[Drawing]:
    """Whether a probability means what it says."""
    title = "Calibration"
    points = [(one.predicted, one.observed, one.count) for one in evaluation.calibration]
    frame = Frame(
        title=title, x="P(true positive) as stated", y="share of attacks", x_limits=_UNIT, y_limits=(-0.04, 1.1)
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
    series = _drawn({"training": training, "validation": validation})
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
