"""Analysts: whether they agree, whether one judges apart, whether one has changed."""

from collections.abc import Callable
from dataclasses import asdict, replace
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Rule, Verdict
from services.core.example import Example
from services.trainer.quality import Finding, Severity
from services.trainer.quality.analysts import analysts_apart, analysts_changed
from services.trainer.quality.opinions import Opinion, agreement, kappa, opinions
from services.trainer.quality.tallies import Tally, Verdicts, chance_of_change, chance_of_difference
from tests.defects import healthy, labelled, only, rows
from tests.labelled import BP, FP, TP
from tests.messages import at


def by_analysts(*, size: int = 800, seed: int = 1, says: Callable[[float], float] | None = None) -> list[Example]:
    """Alerts of ten rules, each with its own share of false positives; `says` is the first analyst's (time 0 to 1)."""
    random = Random(seed)
    made = []
    for number in range(size):
        rule, analyst = random.randrange(10), f"analyst-{random.randrange(4)}"
        share = 0.2 + 0.06 * rule
        if says is not None:
            share = says(number / size) if analyst == "analyst-0" else share
        one = labelled(number, FP if random.random() < share else BP)
        alert = one.alert.model_copy(update={"rule": Rule(id=f"R-{rule}")})
        made.append(replace(one, alert=alert, analysts=(analyst,)))
    return made


def _always(_: float) -> float:
    return 1.0


def apart(examples: list[Example]) -> list[Finding]:
    """Who judges apart."""
    made = rows(examples)
    return analysts_apart(made, list(opinions(made)))


def changed(examples: list[Example]) -> list[Finding]:
    """Who has changed."""
    made = rows(examples)
    return analysts_changed(made, list(opinions(made)))


@pytest.mark.parametrize("seed", range(8))
def test_analysts_who_judge_alike_are_not_named(seed: int) -> None:
    """Chance alone makes none of four stand out, in eight histories."""
    examples = by_analysts(seed=seed)
    assert apart(examples) == changed(examples) == []


def test_one_who_always_says_false_positive_is_found() -> None:
    """On the same rules the others do so half of the time."""
    finding = only(apart(by_analysts(says=_always)))
    assert finding.severity is Severity.WARNING
    assert finding.about[0].startswith("analyst-0: 100% of")
    assert "analyst-0" not in finding.effect + finding.advice
    assert changed(by_analysts(says=_always)) == []


def test_one_who_changes_is_found() -> None:
    """As the others at first, nearly always false positive later."""
    examples = by_analysts(says=lambda when: 0.47 if when < 0.5 else 0.98)
    finding = only(changed(examples))
    assert finding.name == "analyst_drift"
    assert finding.about[0].startswith("analyst-0: ")


def test_what_all_change_together_is_no_drift_of_one() -> None:
    """A rule was tuned: everybody finds more false positives since."""
    random = Random(3)
    history = by_analysts()
    late = [one for one in history if one.decided_at > history[400].decided_at]
    noisier = {one.alert.alert_id: replace(one, label=FP if random.random() < 0.9 else BP) for one in late}
    assert changed([noisier.get(one.alert.alert_id, one) for one in history]) == []


def test_a_bulk_closure_counts_once() -> None:
    """One click on two hundred equal alerts is one verdict."""
    examples = by_analysts(size=200)
    equal = labelled(9000, FP)
    bulk = [
        replace(equal, alert=equal.alert.model_copy(update={"alert_id": f"winnow:test:{n}"}), analysts=("bulk",))
        for n in range(200)
    ]
    assert apart([*examples, *bulk]) == []


def test_the_tally_is_the_hypergeometric_one() -> None:
    """A table of two by two, by hand: 10 own verdicts with 8 false positives, 20 others' with 5."""
    made = rows(
        [
            replace(
                labelled(n, FP if n < 8 or 10 <= n < 15 else BP),
                alert=labelled(n).alert.model_copy(update={"rule": Rule(id="R")}),
                analysts=("a" if n < 10 else "b",),
            )
            for n in range(30)
        ]
    )
    one = Verdicts(opinions(made)).tally("a")
    assert (one.verdicts, one.observed) == (10, 8)
    assert one.expected == pytest.approx(10 * 13 / 30)
    assert one.variance == pytest.approx(10 * 20 * 13 * 17 / (30 * 30 * 29))
    assert chance_of_difference(one) == pytest.approx(0.00487, abs=2e-4)


def _opinion(place: int, analyst: int, rule: int, *, false: bool, minutes: int) -> Opinion:
    """A verdict on an alert of its own."""
    verdict = FP if false else BP
    return Opinion(
        place=place, analyst=f"a{analyst}", verdict=verdict, rule=f"R{rule}", text=f"{place}", decided_at=at(minutes)
    )


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans(), st.integers(0, 9)), min_size=1))
def test_a_half_is_the_tally_of_its_verdicts_alone(drawn: list[tuple[int, int, bool, int]]) -> None:
    """Everybody's before the middle one of the analyst's, and everybody's from there on, as if there were no others."""
    said = [
        _opinion(place, analyst, rule, false=false, minutes=minutes)
        for place, (analyst, rule, false, minutes) in enumerate(drawn)
    ]
    everything = Verdicts(said)
    for name in everything.analysts:
        times = sorted(one.decided_at for one in said if one.analyst == name)
        border = times[len(times) // 2]
        parts = [one for one in said if one.decided_at < border], [one for one in said if one.decided_at >= border]
        for half, part in zip(everything.halves(name), parts, strict=True):
            assert asdict(half) == pytest.approx(asdict(Verdicts(part).tally(name)))


def test_many_analysts_cost_no_more_than_their_verdicts() -> None:
    """A thousand with ten each: looking at all verdicts once an analyst would be twenty million looks."""
    said = [_opinion(place, place % 1000, place % 7, false=place % 3 == 0, minutes=place) for place in range(10_000)]
    made, began = rows(healthy(1)), process_time()
    assert analysts_apart(made, said) == analysts_changed(made, said) == []
    assert process_time() - began < 2


def test_a_difference_that_stays_is_no_change() -> None:
    """Peto's heterogeneity is zero where O - E over V is the same in both halves."""
    half = Tally(verdicts=50, observed=40, expected=25.0, variance=6.0)
    other = Tally(verdicts=50, observed=10, expected=25.0, variance=6.0)
    assert chance_of_change(half, half) == 1.0
    assert chance_of_change(half, other) == pytest.approx(4.6e-18, rel=0.1)
    assert chance_of_change(half, replace(half, variance=0.0)) == 1.0


def test_kappa_is_cohens() -> None:
    """His scale: 1 for full agreement, 0 for chance, less for less."""
    table = [(TP, TP)] * 20 + [(TP, FP)] * 5 + [(FP, TP)] * 10 + [(FP, FP)] * 15
    assert kappa(table) == pytest.approx(0.4)
    assert kappa([(TP, TP), (FP, FP)]) == kappa([(FP, FP)] * 3) == 1.0
    assert kappa([(TP, FP), (FP, TP)]) == -1.0


def _by_two(size: int, dissent: Callable[[int], bool]) -> list[Example]:
    made = []
    for number, one in enumerate(healthy(size)):
        other: Verdict = TP if one.label is not TP else FP
        if dissent(number):
            made.append(replace(one, analysts=("ana",), contested=True, dissent=(("bo", other),)))
        else:
            made.append(replace(one, analysts=("bo", "ana")))
    return made


def test_agreement_is_told_where_two_judged_enough_of_the_same_alerts() -> None:
    """Those who disagree count with those who agree; names stand apart."""
    made = rows(_by_two(60, lambda number: number % 3 == 0))
    finding = only(agreement(made, list(opinions(made))))
    assert (finding.count, finding.share) == (20, 20 / 60)
    assert finding.severity is Severity.WARNING
    assert finding.about[0].startswith("ana and bo: 0.")
    fine = rows(_by_two(60, lambda number: number % 20 == 0))
    assert only(agreement(fine, list(opinions(fine)))).severity is Severity.NOTE


def test_nothing_is_told_of_agreement_on_few_alerts() -> None:
    """Nineteen are too few, and one analyst alone agrees with nobody."""
    made = rows(_by_two(19, lambda number: number % 2 == 0), healthy(50, start=100))
    assert agreement(made, list(opinions(made))) == []
