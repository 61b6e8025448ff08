"""What a model said about examples whose truth is known, and what of them it had met in training."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from schemas import Severity, Verdict
from services.core.bundle import LABELS
from services.core.context import host_of, rule_of
from services.core.example import Example

Predict = Callable[[Sequence[Example]], Sequence[Sequence[float]]]
"""A model: examples to probabilities, a row each in the order of `bundle.LABELS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an alert is, as far as errors are told apart by it; `observed_at` is in UTC."""

    source: str = ""
    rule: str = ""
    severity: Severity = Severity.UNKNOWN
    tactics: tuple[str, ...] = ()
    observed_at: datetime | None = None

    @classmethod
    def of(cls, example: Example) -> "Facts":
        """The facts of an example's alert."""
        alert = example.alert
        return cls(
            source=alert.source,
            rule=rule_of(alert),
            severity=alert.severity,
            tactics=alert.attack.tactics,
            observed_at=alert.observed_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One example's label beside a model's calibrated probabilities, in the order of `bundle.LABELS`.

    `group` are the examples that stand or fall together (`group_of`), `seen` says that training held its rule and its
    host, `analyst` whose verdict the label is, `facts` what the alert is.

    Raises:
        ValueError: the label does not train, or the probabilities are not a distribution over the three verdicts.
    """

    label: Verdict
    probabilities: tuple[float, float, float]
    group: str
    seen: bool
    analyst: str = ""
    facts: Facts = Facts()

    def __post_init__(self) -> None:
        if self.label not in LABELS:
            raise ValueError(f"{self.label} is not one of {', '.join(LABELS)}")
        if len(self.probabilities) != len(LABELS) or not all(isfinite(p) and p >= 0 for p in self.probabilities):
            raise ValueError(f"not three probabilities: {self.probabilities}")
        if abs(sum(self.probabilities) - 1) > 1e-3:
            raise ValueError(f"the probabilities sum to {sum(self.probabilities)}")

    @property
    def score(self) -> float:
        """P(true_positive), by which alerts are shown."""
        return self.probabilities[0]

    @property
    def is_attack(self) -> bool:
        """Whether the label is a true positive."""
        return self.label is Verdict.TRUE_POSITIVE

    @property
    def truth(self) -> int:
        """The label's place in `bundle.LABELS`."""
        return LABELS.index(self.label)

    @property
    def said(self) -> int:
        """The likeliest verdict's place in `bundle.LABELS`."""
        return max(range(len(LABELS)), key=self.probabilities.__getitem__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """The rules and hosts that training held; none where that is not known."""

    rules: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def in_training(cls, training: Sequence[Example]) -> "Met":
        """What these examples hold."""
        rules = frozenset(rule_of(example.alert) for example in training)
        return cls(rules=rules, hosts=frozenset(host_of(example.alert) for example in training))

    def has(self, example: Example) -> bool:
        """Whether both the example's rule and its host were there."""
        return rule_of(example.alert) in self.rules and host_of(example.alert) in self.hosts


def group_of(example: Example) -> str:
    """The examples that stand or fall together: its incident, else its rule on its host."""
    return example.incident or f"{rule_of(example.alert)}\x1f{host_of(example.alert)}"


def attacks_by_group(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    """The attacks of each group that holds any, in the order they came."""
    found: dict[str, list[Judged]] = {}
    for row in judged:
        if row.is_attack:
            found.setdefault(row.group, []).append(row)
    return found


def analyst_of(example: Example) -> str:
    """Whose verdict the label is; empty where the verdict came without a name."""
    return example.analysts[0] if example.analysts else ""


def judged_by(examples: Sequence[Example], probabilities: Sequence[Sequence[float]], *, met: Met) -> tuple[Judged, ...]:
    """Set a model's probabilities ([n, 3], in the order of `bundle.LABELS`) beside the examples they belong to.

    Raises:
        ValueError: there are not as many probabilities as examples, or they are no distributions.
    """
    return tuple(
        Judged(
            label=example.label,
            probabilities=(float(said[0]), float(said[1]), float(said[2])),
            group=group_of(example),
            seen=met.has(example),
            analyst=analyst_of(example),
            facts=Facts.of(example),
        )
        for example, said in zip(examples, probabilities, strict=True)
    )


def answered(predict: Predict, examples: Sequence[Example]) -> tuple[Judged, ...]:
    """A model's answers beside the truth, as of rules and hosts it had not met: for whom what it met is not known."""
    return judged_by(examples, predict(examples), met=Met())
