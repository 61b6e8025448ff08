"""Caps: no one analyst and no one rule dominates a part."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.core.caps import Caps, cap, lot
from services.core.context import rule_of
from services.core.example import Example
from services.core.judged import analyst_of
from tests.labelled import example

people = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz")), max_size=120)


def made(by: list[tuple[str, str]]) -> list[Example]:
    """An example for each pair of analyst and rule."""
    return [example(number, analysts=[analyst], rule=rule) for number, (analyst, rule) in enumerate(by)]


def by_analyst(examples: tuple[Example, ...]) -> Counter[str]:
    """How many verdicts each analyst has."""
    return Counter(analyst_of(one) for one in examples)


@given(people, st.integers(0, 3))
def test_the_caps_it_names_hold(by: list[tuple[str, str]], seed: int) -> None:
    """Whatever the mixture, nobody has more than the share that is said to hold, and enough is left."""
    capped = cap(made(by), caps=Caps(), seed=seed)
    size = len(capped.examples)
    assert max(by_analyst(capped.examples).values(), default=0) <= capped.caps.analyst_share * size + 1e-6
    rules = Counter(rule_of(one.alert) for one in capped.examples)
    assert max(rules.values(), default=0) <= capped.caps.rule_share * size + 1e-6
    assert size >= capped.caps.keep * len(by)
    assert capped.caps.analyst_share >= Caps().analyst_share


@given(people, st.randoms())
def test_the_lot_does_not_depend_on_the_order(by: list[tuple[str, str]], random: Random) -> None:
    """The same examples are kept, in whatever order they come."""
    examples = made(by)
    shuffled = list(examples)
    random.shuffle(shuffled)
    kept, again = cap(examples, caps=Caps(), seed=7), cap(shuffled, caps=Caps(), seed=7)
    assert {id(one) for one in kept.examples} == {id(one) for one in again.examples}
    assert kept.notes == again.notes


def test_another_seed_keeps_others() -> None:
    """Who is left out is a matter of the lot."""
    examples = made([("a", f"r{number % 9}") for number in range(60)] + [(f"b{n % 5}", f"r{n % 9}") for n in range(40)])
    first, second = cap(examples, caps=Caps(), seed=1), cap(examples, caps=Caps(), seed=2)
    assert len(first.examples) == len(second.examples)
    assert set(map(id, first.examples)) != set(map(id, second.examples))


def test_an_analyst_with_most_verdicts_is_cut_to_the_cap_and_nobody_else_is() -> None:
    """The careless analyst of 60 %: others keep every verdict."""
    by = [("careless", f"r{number % 10}") for number in range(600)]
    by += [(f"a{number % 8}", f"r{number % 10}") for number in range(400)]
    capped = cap(made(by), caps=Caps(), seed=1)
    left = by_analyst(capped.examples)
    assert 0.33 < left["careless"] / len(capped.examples) <= 0.35
    assert len(capped.examples) - left["careless"] == 400
    assert capped.notes == ("cap per analyst: the largest analyst's 600 of 1000 (60%) cut to 215 of 615 (35%)",)


def test_with_two_analysts_each_may_have_half_and_it_is_said() -> None:
    """No cap below one half can hold between two."""
    capped = cap(made([("ab"[n % 2], f"r{n % 10}") for n in range(100)]), caps=Caps(), seed=1)
    assert len(capped.examples) == 100
    assert capped.caps.analyst_share == 0.5
    assert capped.notes == ("the cap of 35% per analyst cannot hold with 2, 50% can",)


def test_a_single_analyst_keeps_everything() -> None:
    """One analyst is all there is to learn from."""
    capped = cap(made([("a", f"r{n % 10}") for n in range(50)]), caps=Caps(), seed=1)
    assert len(capped.examples) == 50
    assert capped.caps.analyst_share == 1.0


def test_a_newcomers_first_verdicts_do_not_shrink_everybody_elses() -> None:
    """With a literal cap two analysts of 500 would be cut to the ten of a third."""
    by = [("ab"[n % 2], f"r{n % 10}") for n in range(1000)] + [("new", f"r{n}") for n in range(10)]
    assert len(cap(made(by), caps=Caps(), seed=1).examples) > 900


def test_caps_that_hold_each_alone_but_not_together_are_raised_together() -> None:
    """Each analyst has a rule of their own, and each cap cuts what the other left."""
    by = [("a", "u")] * 50 + [("b", "u")] * 50 + [("c", "v")] * 50 + [("c", "w")] * 50 + [("d", "x")] * 9
    capped = cap(made(by), caps=Caps(keep=0.9), seed=1)
    assert len(capped.examples) >= 0.9 * len(by)


def test_names_of_people_stay_out_of_the_notes() -> None:
    """The notes travel with the model's report."""
    by = [("mallory", f"r{n % 10}") for n in range(60)] + [(f"a{n % 8}", f"r{n % 10}") for n in range(40)]
    assert not any("mallory" in note for note in cap(made(by), caps=Caps(), seed=1).notes)


@given(st.text(max_size=20), st.integers())
def test_a_lot_is_a_share(name: str, seed: int) -> None:
    """Between zero and one, the same each time."""
    assert 0 <= lot(name, seed=seed) < 1
    assert lot(name, seed=seed) == lot(name, seed=seed)
