"""Rules that fire on a host more often than they ever did in what a model learned from.

What a model knows of such a rule it learned where the rule fired seldom. It says nothing of a flood, and yet the model
may be as sure as ever: in AIT-ADS' scenario santos 25,711 alerts that stolen data goes out by DNS are of a rule that
is harmless in every other scenario. Away from what was learned an answer is no better than the one given before
anything is known: the labels' shares.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import log
from typing import Annotated, Self

from pydantic import Field, ValidationError

from schemas import AlertV1, ContextV1
from schemas.base import Contract, Probability
from services.core.bundle import LABELS, SURGES
from services.core.context import FEATURES, rule_of
from services.core.errors import FileCorrupt
from services.core.example import Example

COUNTED = "rule_on_host_1h"
"""The context's place that tells a surge: log(1 + how often the rule fired there, fading within an hour)."""
_MORE = log(2.0)
"""Twice as often. On AIT-ADS twice, four and eight times do about equally well (`benchmarks/README.md`)."""

Probabilities = tuple[float, ...]


class Surges(Contract):
    """What a model learned of how often rules fire: each rule's highest count, and the labels' shares (`LABELS`)."""

    highest: dict[str, float]
    shares: Annotated[tuple[Probability, ...], Field(min_length=len(LABELS), max_length=len(LABELS))]

    @classmethod
    def learned(cls, examples: Sequence[Example]) -> Self:
        """From the examples that a model learns from, one at least."""
        highest: dict[str, float] = {}
        for example in examples:
            rule, count = rule_of(example.alert), _count(example.context) or 0.0
            highest[rule] = max(count, highest.get(rule, 0.0))
        labels = Counter(example.label.value for example in examples)
        return cls(highest=highest, shares=tuple(labels[name] / len(examples) for name in LABELS))

    @classmethod
    def read(cls, data: bytes) -> Self:
        """From the bundle's file.

        Raises:
            FileCorrupt: it is not what the format promises.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            raise FileCorrupt(f"{SURGES} is not as the format has it: {error.error_count()} errors") from error

    def to_bytes(self) -> bytes:
        """As it lies in the bundle."""
        return self.model_dump_json().encode()

    def is_one(self, alert: AlertV1, context: ContextV1) -> bool:
        """Whether a known rule fires on the alert's host more than twice as often as it was ever learned to."""
        highest, count = self.highest.get(rule_of(alert)), _count(context)
        return highest is not None and count is not None and count > highest + _MORE

    def weighed(self, said: Probabilities, alert: AlertV1, context: ContextV1) -> Probabilities:
        """A model's probabilities for an alert, or the shares if it is a surge and would be called more harmless."""
        return self.shares if said[0] < self.shares[0] and self.is_one(alert, context) else said

    def all_weighed(self, said: Iterable[Probabilities], examples: Iterable[Example]) -> list[Probabilities]:
        """The same for many."""
        return [self.weighed(one, of.alert, of.context) for one, of in zip(said, examples, strict=True)]


def _count(context: ContextV1) -> float | None:
    """The place of a context, if it has it."""
    places = FEATURES.get(context.version, ())
    place = places.index(COUNTED) if COUNTED in places else len(context.values)
    return context.values[place] if place < len(context.values) else None
