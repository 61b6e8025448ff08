"""Rules that fire on a host more often than they ever did where somebody called them harmless.

What a model knows of such a rule's alerts it learned where the rule fired seldom. It says nothing of a flood, and yet
the model may be as sure as ever: in AIT-ADS' scenario santos 25,711 alerts that stolen data goes out by DNS are of a
rule that is harmless in every other scenario. Away from what was learned an answer is no better than the one given
before anything is known: the labels' shares.

Learned from verdicts alone, the counts may be too low: whoever judges but the first alert of each burst never sees a
count at all. So they are only believed where few of the rules that were scored of late would have surged.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from math import log
from typing import Annotated, NamedTuple, Self

from pydantic import Field, ValidationError, model_validator

from schemas import AlertV1, ContextV1
from schemas.base import Contract, Probability
from services.core.bundle import LABELS, SURGES
from services.core.context import FEATURES, host_of
from services.core.errors import FileCorrupt
from services.core.example import Example

FEATURE = "rule_on_host_1h"
"""The context's place that tells: log(1 + how often the rule fired on the host, fading within an hour)."""
_FACTOR = log(2.0)
FEWEST, MOST_OFTEN = 200, 0.25
"""Alerts of known rules that must have been scored of late to tell, and the share of their rules that may surge."""

Probabilities = tuple[float, ...]


class Sighting(NamedTuple):
    """A rule, by its digest (names may tell of people), and how often it fired on an alert's host, as a logarithm."""

    rule: str
    fired: float


class Surges(Contract):
    """Each rule's highest count in harmless alerts that a model learned from, and all labels' shares (`LABELS`)."""

    highest: dict[str, Annotated[float, Field(ge=0)]]
    shares: Annotated[tuple[Probability, ...], Field(min_length=len(LABELS), max_length=len(LABELS))]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs(sum(self.shares) - 1) > 1e-6:
            raise ValueError("the shares do not add up to one")
        return self

    @classmethod
    def learned(cls, examples: Sequence[Example]) -> Self:
        """From the examples that a model learns from, one at least; partial contexts tell of too little."""
        highest: dict[str, float] = {}
        for example in examples:
            seen = None if example.is_attack or example.context.partial else sighting(example.alert, example.context)
            if seen is not None:
                highest[seen.rule] = max(seen.fired, highest.get(seen.rule, 0.0))
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

    def is_surge(self, seen: Sighting | None) -> bool:
        """Whether a rule that is known fires more than twice as often as it was learned to where it is harmless."""
        highest = None if seen is None else self.highest.get(seen.rule)
        return seen is not None and highest is not None and seen.fired > highest + _FACTOR

    def share_of(self, recent: Iterable[Sighting]) -> float | None:
        """The share of the known rules scored of late that surged; none where that is too little to tell.

        Rules and not alerts are counted: one that floods is but one.
        """
        known = [seen for seen in recent if seen.rule in self.highest]
        surged = {seen.rule for seen in known if self.is_surge(seen)}
        return len(surged) / len({seen.rule for seen in known}) if len(known) >= FEWEST else None

    def weighed(self, said: Probabilities, alert: AlertV1, context: ContextV1) -> Probabilities:
        """A model's probabilities for an alert, or the shares if it is a surge and would be called more harmless."""
        is_more_harmless = said[0] < self.shares[0]
        return self.shares if is_more_harmless and self.is_surge(sighting(alert, context)) else said

    def all_weighed(self, said: Iterable[Probabilities], examples: Iterable[Example]) -> list[Probabilities]:
        """The same for many."""
        return [self.weighed(one, of.alert, of.context) for one, of in zip(said, examples, strict=True)]


def sighting(alert: AlertV1, context: ContextV1) -> Sighting | None:
    """What an alert tells of its rule.

    None without a rule's id or name (a title names whom it is about), without a host, and where the context does not
    tell.
    """
    rule, places = alert.rule.id or alert.rule.name, FEATURES.get(context.version, ())
    if not rule or not host_of(alert) or FEATURE not in places or len(context.values) != len(places):
        return None
    digest = blake2b(rule.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return Sighting(digest, context.values[places.index(FEATURE)])
