"""Cleaning: the same rows for the same buffer, each step says what it did, and no attack is hidden."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import ContextV1
from services.core.context import CONTEXT_VERSION
from services.core.example import Example
from services.trainer.quality import clean
from services.trainer.quality.cleaning import REPEATS
from tests.defects import again, healthy, labelled, rows
from tests.labelled import BP, FP, TP


def flood(size: int, *, seed: int, kinds: int = 4) -> list[Example]:
    """Many repeats of few alerts, some of them attacks in incidents, some contested."""
    random = Random(seed)
    made = []
    for number in range(size):
        kind = random.randrange(kinds)
        one = labelled(kind, (TP, FP, BP)[kind % 3])
        incident = f"I-{random.randrange(3)}" if one.is_attack else ""
        made.append(again(one, number, incident=incident, contested=random.random() < 0.02))
    return made


def said(examples: Sequence[Example]) -> set[object]:
    """Everything the examples say, repeats aside."""
    texts = rows(examples).texts
    return {
        (text, one.context.values, one.label, one.incident)
        for text, one in zip(texts, rows(examples).examples, strict=True)
    }


@settings(max_examples=15, deadline=None)
@given(st.integers(100, 500), st.integers(0, 99))
def test_nothing_that_was_said_is_lost_least_of_all_an_attack(size: int, seed: int) -> None:
    """Each text with its context, verdict and incident keeps a row, each contested alert stays."""
    examples = flood(size, seed=seed)
    left = clean(rows(examples), seed=1).examples
    assert said(left) == said(examples)
    assert {one.incident for one in left if one.is_attack} == {one.incident for one in examples if one.is_attack}
    kept = {one.alert.alert_id for one in left}
    assert {one.alert.alert_id for one in examples if one.contested} <= kept


@settings(max_examples=15, deadline=None)
@given(st.integers(100, 400), st.randoms(use_true_random=False))
def test_the_same_buffer_gives_the_same_rows(size: int, random: Random) -> None:
    """In whatever order it is read."""
    examples = [*flood(size, seed=3), *healthy(50, start=10_000)]
    shuffled = random.sample(examples, len(examples))
    assert clean(rows(shuffled), seed=1) == clean(rows(examples), seed=1)


def test_repeats_are_cut_to_the_bound_and_the_confirmed_stay() -> None:
    """Whoever two analysts confirmed goes into the anchor set, so it stays first."""
    one = labelled(5, FP)
    repeats = [again(one, number, analysts=("a", "b") if number < 10 else ("a",)) for number in range(200)]
    cleaned = clean(rows(repeats, healthy(30, start=500)), seed=1)
    left = [each for each in cleaned.examples if each.alert.title == one.alert.title and len(each.analysts) > 0]
    assert len(cleaned.examples) == REPEATS + 30
    assert sum(len(each.analysts) == 2 for each in left) == 10
    step = cleaned.steps[1]
    assert (step.name, step.rows_in, step.rows_out) == ("unified repeats", 230, REPEATS + 30)
    assert str(REPEATS) in step.why


def test_an_incident_s_only_row_stays_among_hundreds_that_say_the_same() -> None:
    """Another incident is another thing said, and a contested row too."""
    one = labelled(3, TP)
    alike = [again(one, number, incident="flood") for number in range(300)]
    rare, doubted = again(one, 400, incident="rare"), again(one, 401, incident="flood", contested=True)
    left = clean(rows(alike, [rare, doubted]), seed=1).examples
    assert len(left) == REPEATS + 2
    assert {rare.alert.alert_id, doubted.alert.alert_id} <= {each.alert.alert_id for each in left}


def test_healthy_rows_stay_as_they_are() -> None:
    """In the order of time."""
    examples = healthy(100)
    cleaned = clean(rows(examples), seed=1)
    assert list(cleaned.examples) == examples
    assert [(step.rows_in, step.rows_out) for step in cleaned.steps] == [(100, 100), (100, 100)]


def test_contexts_of_another_version_are_left_out_and_counted() -> None:
    """Of another version, or of another length."""
    odd = [
        replace(one, context=ContextV1(version=CONTEXT_VERSION + 1, values=one.context.values))
        for one in healthy(5, start=500)
    ]
    short = [replace(one, context=ContextV1(version=CONTEXT_VERSION, values=(0.0,))) for one in healthy(3, start=600)]
    cleaned = clean(rows(healthy(20), odd, short), seed=1)
    assert (cleaned.steps[0].rows_in, cleaned.steps[0].rows_out) == (28, 20)
    assert len(cleaned.examples) == 20
