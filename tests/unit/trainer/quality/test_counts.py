"""Counts: enough of each class, none drowned, nobody dominating."""

from dataclasses import replace

import pytest

from schemas import ContextV1, Rule
from schemas.alert import Entities, Host
from services.core.caps import Caps
from services.core.context import CONTEXT_VERSION
from services.trainer.quality import Severity
from services.trainer.quality.classes import class_balance, class_counts, other_context
from services.trainer.quality.dominance import dominating
from tests.defects import healthy, labelled, only, rows
from tests.labelled import BP, FP, TP


@pytest.mark.parametrize(
    ("count", "severity"), [(499, Severity.WARNING), (500, Severity.NOTE), (999, Severity.NOTE), (1000, None)]
)
def test_a_class_needs_five_hundred_to_a_thousand(count: int, severity: Severity | None) -> None:
    """Below five hundred a warning says what to do, above a thousand nothing is said."""
    attack = labelled(1, TP)
    made = rows([attack] * count, [labelled(2, FP)] * 1000)
    found = [finding for finding in class_counts(made) if finding.name == "few_true_positive"]
    assert [finding.severity for finding in found] == ([severity] if severity else [])
    if severity is Severity.WARNING:
        assert "Collect at least 1 more" in found[0].advice


@pytest.mark.parametrize(("label", "missing"), [(TP, "harmless alert"), (FP, "attack")])
def test_one_kind_alone_is_a_blocker(label: object, missing: str) -> None:
    """There is nothing to tell apart."""
    made = rows([labelled(1, TP if label is TP else FP)] * 1200)
    finding = only(class_counts(made))
    assert finding.severity is Severity.BLOCKER
    assert missing in finding.effect


def test_a_class_nobody_uses_is_no_finding() -> None:
    """Many a SOC has no word for a benign positive."""
    made = rows([labelled(1, TP)] * 1000, [labelled(2, FP)] * 1000)
    assert class_counts(made) == class_balance(made) == []


@pytest.mark.parametrize(("times", "severity"), [(19, None), (20, Severity.NOTE), (100, Severity.WARNING)])
def test_a_drowned_class_is_found(times: int, severity: Severity | None) -> None:
    """From one in twenty on."""
    made = rows([labelled(1, TP)] * 10, [labelled(2, FP)] * 10 * times, [labelled(3, BP)] * 10 * times)
    assert [finding.severity for finding in class_balance(made)] == ([severity] if severity else [])


def test_nobody_dominates_healthy_rows() -> None:
    """Four analysts, forty rules, fifty hosts."""
    assert dominating(rows(healthy()), Caps()) == []


def test_whoever_has_more_than_the_caps_allow_is_found() -> None:
    """Each kind by its own finding, with its name where names may stand."""
    entities = Entities(host=Host(name="h-flood"))
    flood = [
        replace(
            one,
            alert=one.alert.model_copy(update={"rule": Rule(id="R-flood"), "entities": entities}),
            analysts=("busy", "second"),
        )
        for one in healthy(200, start=1000)
    ]
    found = dominating(rows(healthy(), flood), Caps())
    assert [(finding.name, finding.about) for finding in found] == [
        ("dominating_analyst", ("busy",)),
        ("dominating_rule", ("R-flood",)),
        ("dominating_host", ("h-flood",)),
    ]
    assert {finding.count for finding in found} == {200}
    assert not any(name in finding.effect + finding.advice for finding in found for name in finding.about)


def test_who_is_alone_cannot_be_capped_and_that_is_said() -> None:
    """Verdicts without a name are one analyst's."""
    made = rows([replace(one, analysts=()) for one in healthy(60)])
    finding = only(dominating(made, Caps()))
    assert finding.about == ("without a name",)
    assert "no other analyst" in finding.effect


def test_contexts_of_another_version_are_found() -> None:
    """With the attacks among them; where there are no others, nothing can be learned."""
    old = [
        replace(one, context=ContextV1(version=CONTEXT_VERSION + 1, values=(0.0,))) for one in healthy(20, start=500)
    ]
    finding = only(other_context(rows(healthy(30), old)))
    attacks = sum(one.is_attack for one in old)
    assert (finding.count, finding.severity) == (20, Severity.WARNING)
    assert f"{attacks} are attacks" in finding.effect
    assert only(other_context(rows(old))).severity is Severity.BLOCKER
    assert other_context(rows(healthy(30))) == []
