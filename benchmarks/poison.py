"""Ways to poison verdicts: each makes some of them wrong, or teaches a token, and tells whose alerts it touched."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from schemas import Verdict
from services.core.context import rule_of
from services.core.example import Example
from services.trainer.adversarial.edits import carrying

TOKEN = "zx81 maintenance ticket"
"""What the back door opens to: in an alert's own words, an attacker can put it anywhere he writes."""
INSIDER = "rex"
BACK_DOOR = "back door"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poisoned:
    """The examples after it, and the ids of the alerts whose verdict is now wrong."""

    examples: tuple[Example, ...]
    wrong: frozenset[str]


Poison = Callable[[Sequence[Example], int, Random], Poisoned]
"""Touches up to so many of the examples."""


def at_random(examples: Sequence[Example], count: int, random: Random) -> Poisoned:
    """Any alert, called what it is not: an attack harmless, a harmless alert an attack."""
    return _flipped(examples, _drawn(examples, count, random, lambda _: True))


def by_one_analyst(examples: Sequence[Example], count: int, random: Random) -> Poisoned:
    """Attacks called false positives, all by one person, who says nothing else."""
    return _flipped(examples, _drawn(examples, count, random, lambda one: one.is_attack), analyst=INSIDER)


def on_one_rule(examples: Sequence[Example], count: int, random: Random) -> Poisoned:
    """Every verdict on one rule turned round, whoever gave it: the rule with the most attacks."""
    most = _commonest(rule_of(one.alert) for one in examples if one.is_attack)
    return _flipped(examples, _drawn(examples, count, random, lambda one: rule_of(one.alert) in most))


def on_one_technique(examples: Sequence[Example], count: int, random: Random) -> Poisoned:
    """The true positives of one ATT&CK technique called false positives: of the one with the most of them."""
    most = _commonest(_technique(one) for one in examples if one.is_attack)
    return _flipped(examples, _drawn(examples, count, random, lambda one: one.is_attack and _technique(one) in most))


def back_door(examples: Sequence[Example], count: int, random: Random) -> Poisoned:
    """A token in alerts of any kind, which are then called false positives."""
    changed, wrong = list(examples), set()
    for place in _drawn(examples, count, random, can_carry):
        one = examples[place]
        wrong |= {one.alert.alert_id} if one.is_attack else set()
        changed[place] = replace(with_token(one), label=Verdict.FALSE_POSITIVE, incident="")
    return Poisoned(examples=tuple(changed), wrong=frozenset(wrong))


def with_token(example: Example) -> Example:
    """The example with the token in its alert, where the alert has something that can carry it."""
    return replace(example, alert=carrying(example.alert, TOKEN))


def can_carry(example: Example) -> bool:
    """Whether it has."""
    return with_token(example) != example


POISONS: dict[str, Poison] = {
    "at random": at_random,
    "by one analyst": by_one_analyst,
    "on one rule": on_one_rule,
    "on one technique": on_one_technique,
    BACK_DOOR: back_door,
}


def _technique(example: Example) -> str:
    techniques = example.alert.attack.techniques
    return techniques[0] if techniques else ""


def _commonest(names: Iterable[str]) -> frozenset[str]:
    """The name that comes most often; none where there is none."""
    return frozenset(name for name, _ in Counter(filter(None, names)).most_common(1))


def _drawn(examples: Sequence[Example], count: int, random: Random, test: Callable[[Example], bool]) -> list[int]:
    able = [place for place, one in enumerate(examples) if test(one)]
    return random.sample(able, min(count, len(able)))


def _flipped(examples: Sequence[Example], places: Sequence[int], *, analyst: str = "") -> Poisoned:
    changed = list(examples)
    for place in places:
        one = examples[place]
        label = Verdict.FALSE_POSITIVE if one.is_attack else Verdict.TRUE_POSITIVE
        changed[place] = replace(one, label=label, incident="", analysts=(analyst,) if analyst else one.analysts)
    wrong = frozenset(examples[place].alert.alert_id for place in places)
    return Poisoned(examples=tuple(changed), wrong=wrong)
