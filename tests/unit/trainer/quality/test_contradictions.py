"""Verdicts that contradict each other: on one alert, on what is the same for the model, on the text alone."""

from dataclasses import replace

from schemas import ContextV1
from services.core.context import CONTEXT_VERSION
from services.trainer.quality import Severity
from services.trainer.quality.contradictions import contested, same_text, same_text_and_context
from tests.defects import again, healthy, labelled, only, rows
from tests.labelled import BP, FP, PLACES, TP


def test_healthy_rows_contradict_nothing() -> None:
    """No finding of the three."""
    made = rows(healthy())
    assert [*contested(made), *same_text_and_context(made), *same_text(made)] == []


def test_contested_alerts_are_counted() -> None:
    """A few are a note, one in twenty or more a warning."""
    many = [replace(one, contested=one.alert.observed_at.day % 2 == 0) for one in healthy(60)]
    finding = only(contested(rows(many)))
    assert finding.count == sum(one.contested for one in many)
    assert finding.severity is Severity.WARNING
    assert only(contested(rows(healthy(60, start=100), [replace(many[0], contested=True)]))).severity is Severity.NOTE


def test_the_fewer_of_a_text_in_its_context_are_named() -> None:
    """Nine say attack, two say harmless."""
    one = labelled(1, TP)
    right, wrong = [again(one, 1000 + n) for n in range(9)], [again(one, 2000 + n, label=FP) for n in range(2)]
    made = rows(healthy(40, start=100), right, wrong)
    assert set(only(same_text_and_context(made)).examples) == {each.alert.alert_id for each in wrong}
    assert same_text(made) == []


def test_what_the_context_tells_apart_contradicts_by_text_alone() -> None:
    """The same words, once in an hour and again and again."""
    one = labelled(1, TP)
    often = ContextV1(version=CONTEXT_VERSION, values=(3.0,) * PLACES)
    made = rows(healthy(40, start=100), [one, again(one, 1000, label=FP, context=often)])
    assert same_text_and_context(made) == []
    assert only(same_text(made)).severity is Severity.NOTE


def test_contexts_of_two_versions_are_never_the_same() -> None:
    """Their numbers mean different things, equal as they may be."""
    one = labelled(1, TP)
    other = again(one, 1000, label=FP, context=one.context.model_copy(update={"version": CONTEXT_VERSION + 1}))
    made = rows(healthy(40, start=100), [one, other])
    assert same_text_and_context(made) == []
    assert only(same_text(made)).count == 1


def test_two_words_for_harmless_are_no_contradiction() -> None:
    """Benign or false: neither is shown."""
    one = labelled(1, BP)
    assert same_text_and_context(rows([one, again(one, 1000, label=FP)])) == []


def test_of_two_that_contradict_the_attack_is_taken_for_right() -> None:
    """What is costlier to overlook; a contested alert takes no part."""
    one = labelled(1, TP)
    other = again(one, 1000, label=FP)
    assert only(same_text_and_context(rows([one, other]))).examples == (other.alert.alert_id,)
    assert same_text_and_context(rows([one, replace(other, contested=True)])) == []
