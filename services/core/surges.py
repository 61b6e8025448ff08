"""Rules that fire on a host more often than they ever did where somebody called them harmless.

What a model knows of such a rule's alerts it learned where the rule fired seldom. It says nothing of a flood, and yet
the model may be as sure as ever: in AIT-ADS' scenario santos 25,711 alerts that stolen data goes out by DNS are of a
rule that is harmless in every other scenario. Away from what was learned an answer is no better than the one given
before anything is known, the labels' shares, or than what surges that went as far beyond have been (`Odds`).

Learned from verdicts alone, the counts may be too low: whoever judges but the first alert of each burst never sees a
count at all. So they are only believed where few of the rules that were scored of late would have surged.
"""

from collections.abc import Iterable
from hashlib import blake2b
from math import log, tanh
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
_DOUBLING = log(2.0)
_MOST = 50.0
"""No logarithm of a count is higher: where one is, the context is not of this kind."""
FEWEST, MOST_OFTEN = 200, 0.25
"""Alerts of known rules that must have been scored of late to tell, and the share of their rules that may surge."""

Probabilities = tuple[float, ...]


class Sighting(NamedTuple):
    """A rule, by its digest (names may tell of people), and how often it fired on an alert's host, as a logarithm."""

    rule: str
    fired: float


class Odds(Contract):
    """How likely a surge is an attack: log-odds of one that went no further than the measure, and of each doubling."""

    at_measure: float
    per_doubling: Annotated[float, Field(ge=0)]

    def chance(self, doublings: float) -> float:
        """P(true_positive) of a surge so many doublings beyond the measure."""
        return (1 + tanh((self.at_measure + self.per_doubling * doublings) / 2)) / 2


class Surges(Contract):
    """Each rule's highest count where it was learned to be harmless, and all labels' shares (`LABELS`).

    `odds` where enough was learned of surges.
    """

    highest: dict[str, Annotated[float, Field(ge=0)]]
    shares: Annotated[tuple[Probability, ...], Field(min_length=len(LABELS), max_length=len(LABELS))]
    odds: Odds | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs(sum(self.shares) - 1) > 1e-6:
            raise ValueError("the shares do not add up to one")
        if self.highest and self.shares[0] == 1:
            raise ValueError("where all that was learned are attacks, no rule was harmless")
        return self

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

    def doublings(self, seen: Sighting | None) -> float | None:
        """How far a rule that is known fires beyond what was learned of it where it is harmless, in doublings.

        None where that is not more than one: no surge.
        """
        highest = None if seen is None else self.highest.get(seen.rule)
        return None if seen is None or highest is None else doublings_beyond(highest, seen.fired)

    def share_of(self, recent: Iterable[Sighting]) -> float | None:
        """The share of the known rules scored of late that surged; none where that is too little to tell.

        Rules and not alerts are counted: one that floods is but one.
        """
        known = [seen for seen in recent if seen.rule in self.highest]
        surged = {seen.rule for seen in known if self.doublings(seen) is not None}
        return len(surged) / len({seen.rule for seen in known}) if len(known) >= FEWEST else None

    def weighed(self, said: Probabilities, alert: AlertV1, context: ContextV1) -> Probabilities:
        """A model's probabilities for an alert, or a surge's if it is one and would be called more harmless."""
        doublings = self.doublings(sighting(alert, context))
        if doublings is None:
            return said
        attack = self.shares[0] if self.odds is None else max(self.shares[0], self.odds.chance(doublings))
        return said if said[0] >= attack else self._with_attack(attack)

    def all_weighed(self, said: Iterable[Probabilities], examples: Iterable[Example]) -> list[Probabilities]:
        """The same for many."""
        return [self.weighed(one, of.alert, of.context) for one, of in zip(said, examples, strict=True)]

    def _with_attack(self, attack: float) -> Probabilities:
        """What is left to the other labels, by their shares."""
        left = (1 - attack) / (1 - self.shares[0])
        return (attack, *(left * share for share in self.shares[1:]))


def doublings_beyond(highest: float, fired: float) -> float | None:
    """How far a logarithm of a count lies beyond another, in doublings; none where that is not more than one."""
    doublings = (fired - highest) / _DOUBLING
    return doublings if doublings > 1 else None


def sighting(alert: AlertV1, context: ContextV1) -> Sighting | None:
    """What an alert tells of its rule.

    None without a rule's id or name (a title names whom it is about), without a host, and where the context does not
    tell.
    """
    rule, places = alert.rule.id or alert.rule.name, FEATURES.get(context.version, ())
    if not rule or not host_of(alert) or FEATURE not in places or len(context.values) != len(places):
        return None
    fired = context.values[places.index(FEATURE)]
    if not 0 <= fired <= _MOST:
        return None
    return Sighting(blake2b(rule.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest(), fired)
