"""Where a model errs."""

from collections.abc import Iterator, Sequence

from schemas import Severity
from services.core.breakdown import NONE, OTHER, Slice
from services.core.bundle import LABELS
from services.core.metrics import Evaluation
from services.siem.attack_table import table as attack_table
from services.trainer.report.charts import Frame, estimates, matrix
from services.trainer.report.drawings.drawing import Drawing
from services.trainer.report.page import figure, interval, plain


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
    return sorted(found, key=lambda one: ranks.index(one.value)) if dimension == "severity" else found


def named(one: Slice) -> str:
    """A slice's value in words: a tactic by its name, the pooled rest by how many they are."""
    if one.value == OTHER and one.pooled > 1:
        return f"{one.pooled} others"
    return attack_table().tactics.get(one.value, plain(one.value) if one.dimension == "class" else one.value)
