"""Folds for the check on labels: groups are never divided, everything lies in one fold, order does not matter."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from services.core.errors import DataError
from services.core.example import Example
from services.core.folds import Folds, folds
from services.core.judged import group_of
from tests.labelled import FP, TP, example, stream
from tests.messages import kind_of

streams = st.fixed_dictionaries(
    {"size": st.integers(60, 200), "seed": st.integers(0, 1000), "rules": st.integers(3, 20)}
)


def divided(examples: Sequence[Example], *, count: int = 4, seed: int = 1, **given_: Sequence[Sequence[int]]) -> Folds:
    """The folds of examples; a stream whose incidents join all of it into one group is drawn again."""
    try:
        return folds(examples, count=count, seed=seed, **given_)
    except DataError:
        reject()


def of_tenant(one: Example, tenant: str) -> Example:
    """The same alert as another tenant's."""
    return replace(one, alert=one.alert.model_copy(update={"tenant": tenant}))


@settings(max_examples=40)
@given(streams, st.randoms(use_true_random=False))
def test_nothing_that_belongs_together_is_divided(made: dict[str, int], random: Random) -> None:
    """Neither an incident, nor a rule on an entity, nor near duplicates, nor what a third example joins."""
    examples = stream(**made)
    clusters = [random.sample(range(len(examples)), random.randint(2, 4)) for _ in range(5)]
    made_folds = divided(examples, clusters=clusters)
    lies_in: dict[str, set[int]] = {}
    for one, fold in zip(examples, made_folds.of, strict=True):
        for key in (f"i{one.incident or one.alert.alert_id}", f"k{kind_of(one.alert)}", f"g{group_of(one)}"):
            lies_in.setdefault(key, set()).add(fold)
    assert all(len(found) == 1 for found in lies_in.values())
    assert all(len({made_folds.of[place] for place in cluster}) == 1 for cluster in clusters)


@settings(max_examples=40)
@given(streams)
def test_every_example_is_judged_in_exactly_one_fold_and_learned_from_in_the_others(made: dict[str, int]) -> None:
    """The parts are a partition, and no fold is empty."""
    examples = stream(**made)
    parts = list(divided(examples).parts())
    assert sorted(place for _, judged in parts for place in judged) == list(range(len(examples)))
    assert all(learned and judged for learned, judged in parts)
    assert all(sorted(learned + judged) == list(range(len(examples))) for learned, judged in parts)


@settings(max_examples=40)
@given(streams, st.randoms(use_true_random=False))
def test_the_folds_depend_on_the_set_and_the_seed_alone(made: dict[str, int], random: Random) -> None:
    """Shuffled examples, with their clusters shuffled too, lie where they lay."""
    examples = stream(**made)
    cluster = random.sample(range(len(examples)), 6)
    order = random.sample(range(len(examples)), len(examples))
    before = divided(examples, clusters=[cluster[:3], cluster[3:]])
    moved = [[order.index(place) for place in part] for part in (cluster[3:], cluster[2::-1])]
    after = divided([examples[place] for place in order], clusters=moved)
    assert [before.of[place] for place in order] == list(after.of)


def test_another_seed_gives_other_folds() -> None:
    """Where groups are alike, the lot decides."""
    examples = [example(number, rule=f"R-{number}") for number in range(60)]
    assert divided(examples, seed=1).of != divided(examples, seed=2).of


def test_folds_are_balanced_in_attacks_and_in_size() -> None:
    """As far as whole groups allow it: a fold has at most one small group more than another."""
    examples = [example(number, TP if number % 5 == 0 else FP, rule=f"R-{number // 3}") for number in range(300)]
    parts = divided(examples, count=5)
    attacks = [sum(examples[place].is_attack for place in judged) for _, judged in parts.parts()]
    sizes = [len(judged) for _, judged in parts.parts()]
    assert max(attacks) - min(attacks) <= 1
    assert max(sizes) - min(sizes) <= 3


def test_attacks_are_spread_even_where_one_group_is_much_larger() -> None:
    """A flood of one rule on one host is one group: its fold is large, and the others share the rest."""
    flood = [example(number, rule="flood") for number in range(200)]
    others = [example(1000 + number, TP if number < 30 else FP, rule=f"R-{number}") for number in range(60)]
    parts = divided([*flood, *others], count=3)
    attacks = [sum((flood + others)[place].is_attack for place in judged) for _, judged in parts.parts()]
    assert attacks == [10, 10, 10]
    assert max(len(judged) for _, judged in parts.parts()) < 0.85 * 260


def test_a_tenant_is_undivided_where_there_are_several() -> None:
    """A fold then shows how a model does at a customer it has not met; an alert without a tenant joins nobody."""
    examples = [of_tenant(example(n, rule=f"R-{n}"), f"t-{n % 4}" if n % 5 else "") for n in range(80)]
    parts = divided(examples, count=3)
    for tenant in ("t-0", "t-1", "t-2", "t-3"):
        places = [place for place, one in enumerate(examples) if one.alert.tenant == tenant]
        assert len({parts.of[place] for place in places}) == 1
    nameless = {parts.of[place] for place, one in enumerate(examples) if not one.alert.tenant}
    assert len(nameless) > 1


def test_one_tenant_alone_divides_as_none_does() -> None:
    """Every alert of a company has the same tenant."""
    examples = [of_tenant(example(n, rule=f"R-{n}"), "only") for n in range(20)]
    assert len(set(divided(examples).of)) == 4


def test_with_fewer_groups_than_folds_there_are_as_many_folds_as_groups() -> None:
    """No fold is empty."""
    parts = divided([example(number, rule=f"R-{number % 3}") for number in range(30)], count=5)
    assert parts.count == len(set(parts.of)) == 3


def test_one_group_alone_is_refused_with_what_to_do() -> None:
    """Nothing could be held out."""
    with pytest.raises(DataError, match="one group: collect verdicts on other rules"):
        folds([example(number, rule=f"R-{number}", incident="all") for number in range(30)], count=4, seed=1)
