"""Attacks tried on a model: what each edit hides, what the worst sequence hides, what is asked of the model."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from schemas import AlertV1
from schemas.alert import Entities, Process
from services.core.example import Example
from services.core.judged import group_of
from services.trainer.adversarial.edits import Edit
from services.trainer.adversarial.sample import sampled
from services.trainer.adversarial.search import under_attack
from tests.labelled import BP, TP, example, stream


def _attack(number: int, command: str) -> Example:
    one = example(number, TP)
    entities = Entities(process=Process(command_line=command))
    return replace(one, alert=one.alert.model_copy(update={"entities": entities}))


def _command(one: AlertV1) -> str:
    return one.entities.process.command_line


def _without(word: str) -> Edit:
    """An edit that takes one word away."""

    def edit(one: AlertV1) -> AlertV1:
        if word not in _command(one):
            return one
        process = Process(command_line=_command(one).replace(word, ""))
        return one.model_copy(update={"entities": one.entities.model_copy(update={"process": process})})

    return edit


EDITS = {word: _without(word) for word in ("a", "b", "c", "z")}


class Counting:
    """A model that finds the share of a, b and c suspicious, and counts what it is asked."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def __call__(self, examples: Sequence[Example]) -> list[tuple[float, float, float]]:
        self.batches.append(len(examples))
        scores = [sum(letter in _command(one.alert) for letter in "abc") / 3 for one in examples]
        return [(score, 1 - score, 0.0) for score in scores]


ATTACKS = [_attack(1, "abc"), _attack(2, "ab"), _attack(3, "c"), _attack(4, "abcz")]


def test_each_edit_alone_is_counted_where_it_applies() -> None:
    """Caught are the attacks of two letters and more; without `a` the second one is not any more."""
    figures = under_attack(Counting(), ATTACKS, threshold=0.6, edits=EDITS).edits["a"]
    assert (figures.attacks, figures.applicable, figures.caught, figures.still_caught) == (4, 3, 3, 2)
    assert figures.recalled == 2
    assert figures.success.value == 1 / 3
    assert figures.success.low < 1 / 3 < figures.success.high


def test_the_worst_sequence_hides_what_no_single_edit_does() -> None:
    """One edit hides one attack of three, two hide all."""
    one, two = (under_attack(Counting(), ATTACKS, threshold=0.6, budget=budget, edits=EDITS) for budget in (1, 2))
    assert one.before == two.before == (True, True, False, True)
    assert one.after == (True, False, False, True)
    assert two.after == (False, False, False, False)
    assert two.recall_before.value == 0.75
    assert (two.recall.value, two.lost.value, two.success.value) == (0.0, 0.75, 1.0)


def test_the_model_is_asked_in_few_bounded_batches() -> None:
    """Once for the attacks, then once a round, about those still caught only."""
    model = Counting()
    under_attack(model, ATTACKS, threshold=0.3, budget=3, edits=EDITS)
    assert model.batches == [4, 3 + 2 + 1 + 4, 2 + 1 + 3, 1 + 2]
    model = Counting()
    under_attack(model, ATTACKS, threshold=0.6, budget=2, edits=EDITS)
    assert model.batches == [4, 10, 2 + 3]  # "ab" has lost a letter and is hidden; the other is not tried


def test_no_edit_is_made_twice() -> None:
    """Also one that would apply again and again."""
    longer = {"longer": lambda one: one.model_copy(update={"description": one.description + "z"})}
    asked: list[int] = []

    def predict(examples: Sequence[Example]) -> list[tuple[float, float, float]]:
        asked.append(len(examples))
        return [(0.9**length, 1 - 0.9**length, 0.0) for length in (len(one.alert.description) for one in examples)]

    assert under_attack(predict, ATTACKS[:1], threshold=0.85, budget=3, edits=longer).after == (True,)
    assert asked == [1, 1]


def test_a_model_deaf_to_the_edits_loses_nothing() -> None:
    """And an edit that applies nowhere has no figure to show."""
    found = under_attack(lambda some: [(0.9, 0.1, 0.0)] * len(some), ATTACKS, threshold=0.5, edits=EDITS)
    assert found.before == found.after == (True,) * 4
    assert found.lost.value == 0.0
    assert set(found.metrics) == {"recall", "loss", "a", "b", "c", "z"}
    nothing = under_attack(Counting(), ATTACKS[2:3], threshold=0.1, edits=EDITS)
    assert set(nothing.metrics) == {"recall", "loss", "c"}


def test_without_an_attack_nothing_is_asked() -> None:
    """An empty sample has figures without support."""
    model = Counting()
    assert under_attack(model, [], threshold=0.5, edits=EDITS).recall.support == 0
    assert model.batches == []


@given(st.integers(0, 60), st.integers(1, 40))
def test_the_sample_takes_turns_among_the_groups(seed: int, limit: int) -> None:
    """A noisy incident has no more than one attack more than any that has some left; only attacks are taken."""
    examples = stream(200, seed=3) + [example(1000 + number, TP, incident="noisy") for number in range(100)]
    chosen = sampled(examples, limit=limit, seed=seed)
    assert all(one.is_attack for one in chosen)
    assert len(chosen) == limit
    counts = dict.fromkeys({group_of(one) for one in examples if one.is_attack}, 0)
    for one in chosen:
        counts[group_of(one)] += 1
    assert counts["noisy"] <= min(counts.values()) + 1 or limit > 12
    assert chosen == sampled(examples[::-1], limit=limit, seed=seed)


def test_another_seed_takes_another_sample() -> None:
    """Within the limit; with room for all, all are taken."""
    examples = [*stream(200), example(999, BP)]
    attacks = {one.alert.alert_id for one in examples if one.is_attack}
    assert {one.alert.alert_id for one in sampled(examples, limit=500, seed=1)} == attacks
    assert sampled(examples, limit=10, seed=1) != sampled(examples, limit=10, seed=2)
