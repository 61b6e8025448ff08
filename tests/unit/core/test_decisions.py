"""Decisions: what may close, what that promises, and what it achieves."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas import Decision, Severity
from services.core.achieved import achieved
from services.core.bands import BANDS, Band, Decisions
from services.core.decisions import DecisionPolicy, fit_decisions, highest_threshold, positives_needed
from services.core.judged import Judged
from tests.labelled import FP, TP, judged

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
TENTH = DecisionPolicy(miss_rate=0.1)
"""29 independent attacks are needed."""


def attacks(number: int, *, severity: Severity = MEDIUM, seed: int = 1, low: float = 0.2) -> list[Judged]:
    """So many independent attacks that score between `low` and 1."""
    random = Random(f"{seed}{severity}")
    return [
        judged(TP, random.uniform(low, 1), group=f"{severity}-{place}", severity=severity) for place in range(number)
    ]


def harmless(number: int, *, severity: Severity = MEDIUM) -> list[Judged]:
    """So many harmless alerts, scores spread evenly below a half."""
    return [judged(FP, place / number / 2, group=f"h-{place}", severity=severity) for place in range(number)]


def bands_of(found: Decisions) -> dict[str, Band]:
    """The bands by name."""
    return {band.name: band for band in found.bands}


def mean_loss(units: Sequence[Sequence[float]], threshold: float) -> float:
    """The share of a unit's attack alerts below a threshold, averaged over units."""
    return sum(sum(score < threshold for score in unit) / len(unit) for unit in units) / len(units)


@pytest.mark.parametrize(("miss_rate", "needed"), [(0.01, 299), (0.05, 59), (0.1, 29)])
def test_so_many_attacks_are_needed_that_a_higher_rate_would_have_shown(miss_rate: float, needed: int) -> None:
    """One fewer, and at that rate none would be missed in more than one case of twenty."""
    assert positives_needed(miss_rate) == needed
    assert (1 - miss_rate) ** needed < 0.05 <= (1 - miss_rate) ** (needed - 1)


@pytest.mark.parametrize("miss_rate", [0.05, 0.1, 0.25])
def test_the_promise_holds_on_average_over_exchangeable_attacks(miss_rate: float) -> None:
    """A further attack loses no more than promised, and with scores that never tie not much less (theorem 2)."""
    random = Random(7)
    lost, rounds, attacks_known = 0.0, 4000, 60
    for _ in range(rounds):
        *known, new = [_incident(random) for _ in range(attacks_known + 1)]
        threshold = highest_threshold(known, miss_rate=miss_rate)
        assert threshold is not None
        lost += mean_loss([new], threshold)
    noise = 3 * (miss_rate / rounds) ** 0.5
    assert lost / rounds <= miss_rate + noise
    assert lost / rounds >= miss_rate - 2 / (attacks_known + 1) - noise


def _incident(random: Random) -> list[float]:
    """An attack of one to four alerts, some attacks harder to see than others."""
    ease = random.choice((1.0, 3.0))
    return [random.betavariate(ease, 1.0) for _ in range(random.randint(1, 4))]


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=4), min_size=1, max_size=60),
    st.sampled_from((0.02, 0.1, 0.3, 0.6)),
)
def test_the_threshold_is_the_highest_that_keeps_the_formula(units: list[list[float]], miss_rate: float) -> None:
    """At it the corrected loss is within the rate; at the next higher score it no longer is."""
    threshold = highest_threshold(units, miss_rate=miss_rate)
    count = len(units)

    def corrected(limit: float) -> float:
        return count / (count + 1) * mean_loss(units, limit) + 1 / (count + 1)

    if threshold is None:
        assert corrected(0.0) > miss_rate
        return
    assert corrected(threshold) <= miss_rate + 1e-6
    if threshold < 1:
        above = min((score for unit in units for score in unit if score > threshold), default=2.0)
        assert corrected(above) > miss_rate - 1e-6


def test_a_band_with_enough_attacks_has_a_threshold_of_its_own() -> None:
    """And the harder band the lower one."""
    rows = [*attacks(40, severity=LOW, low=0.05), *attacks(40, severity=MEDIUM, low=0.4), *harmless(100)]
    found = bands_of(fit_decisions(rows, policy=TENTH).below(0.9))
    low, medium = found["low"], found["medium"]
    assert low.may_close is not None
    assert medium.may_close is not None
    assert low.may_close < medium.may_close
    assert not low.pooled
    assert low.positives == 40


def test_bands_with_too_few_attacks_are_pooled() -> None:
    """With one another first; the reason says so."""
    rows = [*attacks(20, severity=LOW), *attacks(15, severity=MEDIUM), *harmless(100)]
    found = bands_of(fit_decisions(rows, policy=TENTH).below(0.9))
    assert found["low"].pooled
    assert found["medium"].pooled
    assert "pooled to 35" in found["low"].reason
    assert found["low"].may_close is not None


def test_a_pooled_band_does_not_pay_for_the_others() -> None:
    """Three attacks that score below all others would drown among four hundred: none of them is closed."""
    few = [judged(TP, 0.1, group=f"few-{place}", severity=LOW) for place in range(3)]
    found = bands_of(fit_decisions([*few, *attacks(400)], policy=TENTH).below(0.9))
    low, medium = found["low"].may_close, found["medium"].may_close
    assert low is not None
    assert medium is not None
    assert low <= 0.1 < medium


def test_too_few_attacks_altogether_close_nothing_and_say_why() -> None:
    """298 where 299 are needed."""
    rows = [*attacks(148, severity=LOW), *attacks(150, severity=MEDIUM), *harmless(100)]
    found = fit_decisions(rows, policy=DecisionPolicy()).below(0.5)
    assert not found.in_force
    assert all(band.may_close is None and band.reason for band in found.bands)
    assert "298 independent attacks" in bands_of(found)["low"].reason
    enough = fit_decisions([*rows, *attacks(1, severity=Severity.UNKNOWN)], policy=DecisionPolicy()).below(0.5)
    assert enough.in_force


def test_alerts_of_one_incident_are_one_attack() -> None:
    """However many there are."""
    rows = [replace(row, group="one") for row in attacks(400)]
    assert not fit_decisions(rows, policy=TENTH).below(0.5).in_force


def test_an_exempt_severity_never_closes() -> None:
    """Nor do its attacks count for others; without the exemption it would close."""
    rows = [*attacks(40, severity=HIGH), *attacks(10, severity=LOW), *harmless(50)]
    found = fit_decisions(rows, policy=TENTH).below(0.9)
    assert not found.in_force
    assert found.decide(0.0, HIGH, threshold=0.9) is Decision.REVIEW
    assert "exempt" in bands_of(found)["high"].reason
    assert "10 independent" in bands_of(found)["low"].reason
    free = fit_decisions(rows, policy=DecisionPolicy(miss_rate=0.1, exempt=())).below(0.9)
    assert free.decide(0.0, HIGH, threshold=0.9) is Decision.MAY_CLOSE


def test_half_a_band_can_be_exempt() -> None:
    """Critical alone, say."""
    rows = [*attacks(40, severity=HIGH), *harmless(50, severity=HIGH)]
    policy = DecisionPolicy(miss_rate=0.1, exempt=("critical",))
    found = fit_decisions(rows, policy=policy).below(0.9)
    assert found.decide(0.0, HIGH, threshold=0.9) is Decision.MAY_CLOSE
    assert found.decide(0.0, Severity.CRITICAL, threshold=0.9) is Decision.REVIEW


@given(st.floats(0, 1), st.sampled_from(list(Severity)), st.floats(0.05, 1))
def test_what_is_escalated_never_may_close(probability: float, severity: Severity, threshold: float) -> None:
    """No threshold of closing lies above that of escalating, even where every attack scores 1."""
    rows = [replace(row, probabilities=(1.0, 0.0, 0.0)) for row in attacks(40)]
    found = fit_decisions(rows, policy=TENTH).below(threshold)
    decision = found.decide(probability, severity, threshold=threshold)
    assert (decision is Decision.ESCALATE) == (probability >= threshold)
    assert all(band.may_close is None or band.may_close <= threshold for band in found.bands)


def test_attacks_with_equal_scores_are_decided_alike_and_a_hair_below_is_safe() -> None:
    """The threshold lies between scores, so what rounds otherwise elsewhere closes no attack."""
    rows = [replace(row, probabilities=(0.6, 0.2, 0.2)) for row in attacks(100)]
    found = fit_decisions([*rows, *harmless(10)], policy=TENTH).below(0.9)
    assert {found.decide(row.score, MEDIUM, threshold=0.9) for row in rows} == {Decision.REVIEW}
    assert found.decide(0.599, MEDIUM, threshold=0.9) is Decision.REVIEW
    assert found.decide(0.45, MEDIUM, threshold=0.9) is Decision.MAY_CLOSE


def test_a_misspelt_severity_is_not_silently_left_out() -> None:
    """Elsewhere an unknown name reads as "unknown"; here the alerts it was to keep open would be closed."""
    policy = TypeAdapter(DecisionPolicy)
    assert policy.validate_python({"exempt": ["critical"]}).exempt_severities == (Severity.CRITICAL,)
    with pytest.raises(ValidationError, match="hihg"):
        policy.validate_python({"exempt": ["hihg"]})


def test_a_score_at_the_limit_is_not_closed() -> None:
    """Only what lies below: an attack's own score may be the limit."""
    assert not decided().closes(0.5, MEDIUM)
    assert decided().closes(0.4999, MEDIUM)


def test_every_severity_has_one_band() -> None:
    """And no severity two."""
    assert sorted(severity for band in BANDS.values() for severity in band) == sorted(Severity)


def decided() -> Decisions:
    """Medium alerts may close below 0.5, others not."""
    return Decisions(miss_rate=0.1, bands=(Band(name="medium", severities=(MEDIUM,), may_close=0.5),))


def test_what_decisions_achieve_is_counted_by_alert_and_by_attack() -> None:
    """Ten attacks, one of which loses one of its two alerts, and one both."""
    rows = [judged(TP, 0.9, group=f"a-{place}", seen=place < 5, severity=MEDIUM) for place in range(8)]
    for group, scores in (("half", (0.9, 0.1)), ("lost", (0.2, 0.3))):
        rows += [judged(TP, score, group=group, seen=False, severity=MEDIUM) for score in scores]
    rows += [judged(FP, 0.1, severity=severity) for severity in (MEDIUM, MEDIUM, HIGH)]
    found = achieved(rows, decisions=decided())
    assert found["saved"].value == pytest.approx(5 / 15)
    assert found["missed_alerts"].value == pytest.approx(3 / 12)
    assert found["missed_units"].value == pytest.approx(1.5 / 10)
    assert found["missed_units"].low < 0.15 < found["missed_units"].high
    assert found["lost_units"].value == pytest.approx(1 / 10)
    assert found["missed_alerts_seen"].value == 0
    assert found["missed_units_unseen"].value == pytest.approx(1.5 / 5)
    assert found["saved.high"].value == 0
    assert found["saved.medium"].support == 14


def test_without_decisions_in_force_nothing_is_claimed() -> None:
    """No figure is better than a nought that looks like one."""
    rows = attacks(10)
    assert achieved(rows, decisions=None) == {}
    assert achieved(rows, decisions=fit_decisions(rows, policy=TENTH).below(0.5)) == {}
