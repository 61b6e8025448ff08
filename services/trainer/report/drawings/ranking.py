"""How well models rank attacks, and by how much one differs from the others."""

from services.core.differences import COMPARED
from services.core.metrics import Evaluation
from services.trainer.report.charts import Frame, estimates, lines
from services.trainer.report.drawings.drawing import UNIT, Drawing, Models, filled
from services.trainer.report.page import figure, interval, plain

_UNTOLD = ("candidate", "champion", "model")
"""Models whose lines are not faint."""


def ranking(models: Models) -> list[Drawing]:
    """How well attacks are ranked, whatever the threshold."""
    return [_precision_recall(models), _saved(models)]


def _precision_recall(models: Models) -> Drawing:
    title = "Precision and recall"
    series = {plain(name): [(at.recall, at.precision) for at in one.holdout.curve] for name, one in models.items()}
    own, frame = _own(models).metrics, Frame(title=title, x="recall", y="precision", x_limits=UNIT, y_limits=UNIT)
    dots = {plain(next(iter(models))): (own["recall"].value, own["precision"].value)}
    figures = {name: one.holdout.metrics for name, one in models.items()}
    return Drawing(
        title=title,
        svg=lines(filled(series), frame=frame, dots=dots, faint=_faint(models)),
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
    frame = Frame(title=title, x="recall", y="share of alerts not shown", x_limits=(0.5, 1.01), y_limits=UNIT)
    dots = {plain(next(iter(models))): (own["recall"].value, 1 - own["shown"].value)}
    return Drawing(
        title=title,
        svg=lines(filled(series), frame=frame, dots=dots, faint=_faint(models), marks={"99 %": 0.99}),
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
