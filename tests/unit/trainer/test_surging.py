"""What verdicts tell of surges."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import log1p

import pytest

from schemas import Verdict
from services.core.example import Example
from services.core.surges import Odds, Surges, sighting
from services.trainer.surging import learn_surges
from tests.labelled import BP, FP, TP, example, fired

DAY = 24 * 60.0


def _fired(times: float, label: Verdict = FP, *, rule: str = "noise", day: int = 0, partial: bool = False) -> Example:
    """An alert of that day whose rule had fired so often on its host."""
    return replace(example(0, label, minutes=day * DAY, rule=rule), context=fired(times, partial=partial))


def _measure(surges: Surges, rule: str = "noise") -> float | None:
    seen = sighting(_fired(0, rule=rule).alert, _fired(0).context)
    assert seen is not None
    return surges.highest.get(seen.rule)


def test_a_rules_measure_is_the_most_it_fired_where_it_was_harmless() -> None:
    """Attacks and partial contexts do not count; a rule that only attacks are known of has none."""
    surges = learn_surges(
        [
            *(_fired(times) for times in (2, 9, 0)),
            *(_fired(500, TP), _fired(700, partial=True)),
            _fired(4, BP, day=3),
            _fired(30, TP, rule="exfiltration"),
        ]
    )
    assert _measure(surges) == pytest.approx(log1p(9))
    assert _measure(surges, "exfiltration") is None
    assert surges.shares == pytest.approx((2 / 7, 1 / 7, 4 / 7))
    assert surges.odds is None


def _flood(label: Verdict, *, day: int, doublings: float, size: int = 5, rules: int = 1) -> Iterator[Example]:
    """So many alerts of some rules of that day's own, so far beyond the one alert that each raised the day before."""
    for rule in (f"{day} {label} {number}" for number in range(rules)):
        yield _fired(0, rule=rule, day=day - 1)
        yield from [_fired(2.0**doublings - 1, label, rule=rule, day=day)] * size


def _odds(*floods: Iterable[Example]) -> Odds:
    found = learn_surges([one for flood in floods for one in flood]).odds
    assert found is not None
    return found


ATTACKS = [one for day in range(2, 12, 2) for one in _flood(TP, day=day, doublings=6)]
UPDATES = [one for day in range(1, 11, 2) for one in _flood(FP, day=day, doublings=2)]
"""Five days of each."""


def test_the_further_a_surge_goes_the_likelier_it_is_an_attack_where_that_was_so() -> None:
    """A day more of each label than there was."""
    odds = _odds(ATTACKS, UPDATES)
    assert odds.chance(6) > 0.7
    assert odds.chance(2) < 0.3


def test_where_the_largest_floods_are_harmless_all_surges_are_alike() -> None:
    """As often attacks as surges were: who goes further is not believed less."""
    larger = [one for day in range(1, 11, 2) for one in _flood(FP, day=day, doublings=9)]
    odds = _odds(ATTACKS, larger)
    assert odds.chance(2) == odds.chance(9) == pytest.approx(0.5)


@pytest.mark.parametrize(("size", "rules"), [(2_500, 1), (5, 10)])
@pytest.mark.parametrize("larger", [TP, FP])
def test_a_day_is_one_piece_of_evidence(size: int, rules: int, larger: Verdict) -> None:
    """However many alerts of however many rules one scan raises, and however many of them are judged."""
    heights = [(FP, 1, 2.0), (FP, 3, 2.5), (TP, 4, 6.0), (TP, 6, 10.0)]
    small = _odds(*(_flood(label, day=day, doublings=far) for label, day, far in heights))
    large = _odds(
        *(
            _flood(label, day=day, doublings=far, **({"size": size, "rules": rules} if label is larger else {}))
            for label, day, far in heights
        )
    )
    for far in (2, 6, 10):
        assert large.chance(far) == pytest.approx(small.chance(far), abs=0.01)


def test_one_more_day_of_each_label_is_reckoned_to_come() -> None:
    """Laplace's rule of succession: of six days with attacks and two without, seven of ten and not six of eight."""
    attacks = [_flood(TP, day=day, doublings=5) for day in range(4, 16, 2)]
    harmless = [_flood(FP, day=day, doublings=5) for day in (1, 3)]
    assert _odds(*attacks, *harmless).chance(5) == pytest.approx(0.7, abs=0.001)


def test_a_flood_that_goes_on_was_a_surge_when_it_began() -> None:
    """Each day is beside those before it: harmless floods do not hide each other, and the first is no exception."""
    recurring = [
        one
        for number in range(5)
        for one in (
            _fired(0, rule=f"patch {number}"),
            *(_fired(63, rule=f"patch {number}", day=1 + number + 30 * month) for month in range(3)),
        )
    ]
    assert _odds(ATTACKS, recurring).chance(6) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("label", [TP, FP])
def test_surges_of_one_label_on_a_few_days_tell_no_odds(label: Verdict) -> None:
    """Who judges but the first alert of a harmless burst knows of no harmless surge, and then all would be attacks."""
    other = FP if label is TP else TP
    many = [one for day in range(2, 42, 2) for one in _flood(label, day=day, doublings=5)]
    few = [[*_flood(other, day=51 + 2 * day, doublings=5, size=90)] for day in range(2)]
    assert learn_surges(many).odds is None
    assert learn_surges([*many, *(one for flood in few[1:] for one in flood)]).odds is None
    assert learn_surges([*many, *(one for flood in few for one in flood)]).odds is not None


def test_what_a_rule_did_before_is_no_surge() -> None:
    """On any earlier day, not on the last one alone; nor is what is at most twice as much."""
    seen_before = [
        one
        for day in range(2, 12, 2)
        for one in (
            _fired(63, rule=f"scan {day}"),
            _fired(0, rule=f"scan {day}", day=1),
            _fired(63, TP, rule=f"scan {day}", day=day),
        )
    ]
    twice = [one for day in range(2, 12, 2) for one in _flood(TP, day=day, doublings=1)]
    for attacks in (seen_before, twice):
        assert learn_surges([*attacks, *UPDATES]).odds is None


def test_the_odds_of_a_surge_hang_on_no_order() -> None:
    """The same examples give the same."""
    examples = [*ATTACKS, *UPDATES, *_flood(TP, day=12, doublings=3, size=9), *_flood(FP, day=13, doublings=4)]
    told, backwards = _odds(examples), _odds(examples[::-1])
    assert [backwards.chance(far) for far in (2, 4, 8)] == pytest.approx([told.chance(far) for far in (2, 4, 8)])
