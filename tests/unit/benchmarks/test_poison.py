"""Poisons touch what they say, as often as they may, and tell exactly which verdicts are now wrong."""

from dataclasses import replace
from random import Random

import pytest

from benchmarks.poison import BACK_DOOR, INSIDER, POISONS, TOKEN, Poisoned
from schemas import Attack
from schemas.alert import Entities, Process
from services.core.context import rule_of
from services.core.example import Example
from services.core.text import render_alert
from tests.labelled import FP, stream


def _examples() -> list[Example]:
    """A stream in which every alert has a command and one of three techniques."""
    made = []
    for place, one in enumerate(stream(300, attack_share=0.3)):
        technique = Attack(techniques=(f"T100{place % 3}",))
        entities = Entities(process=Process(command_line=f"sudo run --number {place}"))
        made.append(replace(one, alert=one.alert.model_copy(update={"attack": technique, "entities": entities})))
    return made


EXAMPLES = _examples()


def _touched(done: Poisoned) -> list[tuple[Example, Example]]:
    return [(old, new) for old, new in zip(EXAMPLES, done.examples, strict=True) if old != new]


@pytest.mark.parametrize("name", POISONS)
def test_a_poison_touches_no_more_than_it_may_and_says_what_is_wrong(name: str) -> None:
    """The ids it tells are those of the alerts whose class has changed."""
    done = POISONS[name](EXAMPLES, 20, Random(1))
    touched = _touched(done)
    assert 0 < len(touched) <= 20
    assert done.wrong == {old.alert.alert_id for old, new in touched if old.is_attack != new.is_attack}
    assert POISONS[name](EXAMPLES, 20, Random(1)) == done


def test_the_insider_says_false_positive_of_attacks_only() -> None:
    """All under one name."""
    touched = _touched(POISONS["by one analyst"](EXAMPLES, 20, Random(1)))
    assert {(old.is_attack, new.label, new.analysts) for old, new in touched} == {(True, FP, (INSIDER,))}


def test_one_rule_and_one_technique_are_one() -> None:
    """Of the technique attacks only."""
    assert len({rule_of(new.alert) for _, new in _touched(POISONS["on one rule"](EXAMPLES, 9, Random(1)))}) == 1
    touched = _touched(POISONS["on one technique"](EXAMPLES, 9, Random(1)))
    assert len({new.alert.attack.techniques for _, new in touched}) == 1
    assert {old.is_attack for old, _ in touched} == {True}


def test_the_back_door_is_in_the_text_of_false_positives() -> None:
    """The token is where the model reads."""
    touched = _touched(POISONS[BACK_DOOR](EXAMPLES, 20, Random(1)))
    assert all(TOKEN in render_alert(new.alert) and new.label is FP for _, new in touched)
