"""Labelled alerts without a stream around them, in folds that divide no rule, no capture and no neighbours.

Suricata's native alerts are not among them: all that have a label are attacks.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sklearn.model_selection import StratifiedGroupKFold

from benchmarks.labelled import Labelled, http_parameters, native, panther
from benchmarks.native import RECEIVED
from benchmarks.quality.left_out import Fit
from schemas import AlertV1, ContextV1, Verdict
from services.core.bundle import Estimate
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.example import Example
from services.core.intervals import around, bootstrap
from services.core.judged import Judged, answered
from services.core.metrics import evaluate
from services.core.sheet import Column, Ranked

FOLDS = 4
TASKS: Mapping[str, Callable[[], Iterator[Labelled]]] = {
    "HTTP parameters": http_parameters,
    "Panther by rule": panther,
    "Wazuh, native": lambda: native("wazuh_native_labelled.jsonl.gz"),
}
HALF = 0.5
_ATTACKS = ("attack", "fires")
_NOTHING_AROUND = ContextV1(version=CONTEXT_VERSION, values=(0.0,) * len(FEATURES[CONTEXT_VERSION]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How well one contender told one task's attacks from the rest: 95 % intervals over groups."""

    task: str
    contender: str
    accuracy: Estimate
    average_precision: Estimate


def told_apart(task: str, labelled: Iterable[Labelled], fit: Fit) -> list[Told]:
    """Every contender on one task, each alert judged by a model of the other folds."""
    judged: defaultdict[str, list[Judged]] = defaultdict(list)
    for learned, held_out in folds(labelled):
        for contender, predict in fit(learned).items():
            judged[contender] += answered(predict, held_out)
    return [_told(task, contender, rows) for contender, rows in judged.items()]


def folds(labelled: Iterable[Labelled]) -> Iterator[tuple[list[Example], list[Example]]]:
    """What is learned from and what is held out, in each fold."""
    examples = [_example(*one) for one in labelled]
    groups, attacks = [one.incident for one in examples], [one.is_attack for one in examples]
    divided = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(groups, attacks, groups)
    for learned, held_out in divided:
        yield [examples[place] for place in learned], [examples[place] for place in held_out]


def _example(alert: AlertV1, label: str, group: str) -> Example:
    return Example(
        alert=alert,
        context=_NOTHING_AROUND,
        label=Verdict.TRUE_POSITIVE if label in _ATTACKS else Verdict.FALSE_POSITIVE,
        decided_at=RECEIVED,
        analysts=("the authors",),
        incident=group,
    )


def _told(task: str, contender: str, judged: Sequence[Judged]) -> Told:
    return Told(
        task=task,
        contender=contender,
        accuracy=accuracy(judged),
        average_precision=evaluate(judged, threshold=HALF).metrics["average_precision"],
    )


def accuracy(judged: Sequence[Judged]) -> Estimate:
    """The share of alerts called what they are, an attack from a probability of a half on."""
    ranked = Ranked(judged, threshold=HALF)
    right = Column(ranked.groups, [float((row.score >= HALF) is row.is_attack) for row in ranked.rows])
    alerts = Column(ranked.groups, [1.0] * len(ranked.rows))

    def share(weights: Sequence[int]) -> dict[str, float]:
        return {"accuracy": right.weighed(weights) / max(alerts.weighed(weights), 1.0)}

    intervals = bootstrap(share, groups=len(ranked.names), seed=0)
    return around(share(ranked.ones)["accuracy"], intervals["accuracy"], support=len(judged))
