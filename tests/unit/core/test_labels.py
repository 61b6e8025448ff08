"""The verdict rules: which of an alert's verdicts counts, and which of its scores it judges."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Verdict, VerdictOrigin
from services.core.labels import TRAINABLE, Given, score_judged, standing
from tests.labelled import BP, FP, TP
from tests.messages import NOON, at


def said(what: Verdict = TP, analyst: str = "ana", minutes: float = 0, **fields: object) -> Given:
    """One verdict, so many minutes after noon."""
    return Given(verdict=what, analyst=analyst, decided_at=at(minutes), **fields)  # type: ignore[arg-type]


anything = st.builds(
    Given,
    verdict=st.sampled_from(Verdict),
    analyst=st.sampled_from(["", "ana", "bo", "cy"]),
    decided_at=st.integers(0, 5).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    origin=st.sampled_from(VerdictOrigin),
    retracted=st.booleans(),
    incident=st.sampled_from(["", "I-1", "I-2"]),
)


@pytest.mark.parametrize("what", TRAINABLE)
def test_a_persons_true_benign_or_false_positive_trains(what: Verdict) -> None:
    """The three verdicts people train with."""
    stands = standing([said(what)])
    assert stands is not None
    assert (stands.label, stands.analysts, stands.contested) == (what, ("ana",), False)


@pytest.mark.parametrize("what", [Verdict.UNDETERMINED, Verdict.DUPLICATE, Verdict.OTHER])
def test_a_verdict_that_names_no_truth_never_trains(what: Verdict) -> None:
    """Nothing is guessed from undetermined, duplicate or a value nobody can name."""
    assert standing([said(what)]) is None


@pytest.mark.parametrize("origin", [VerdictOrigin.AUTOMATION, VerdictOrigin.PROPAGATED])
def test_what_a_machine_closed_never_trains(origin: VerdictOrigin) -> None:
    """Automation and propagated closures are kept apart, also beside a person's verdict."""
    assert standing([said(origin=origin)]) is None
    stands = standing([said(FP), said(TP, "soar", 5, origin=origin)])
    assert stands is not None
    assert (stands.label, stands.analysts, stands.contested) == (FP, ("ana",), False)


def test_an_analysts_later_verdict_replaces_their_earlier_one() -> None:
    """People may change their mind; that is no disagreement."""
    stands = standing([said(TP, minutes=1), said(FP, minutes=2)])
    assert stands is not None
    assert (stands.label, stands.decided_at, stands.contested) == (FP, at(2), False)


def test_an_analyst_who_is_no_longer_sure_takes_their_verdict_away() -> None:
    """A later `undetermined` replaces what was said before, and does not train itself."""
    assert standing([said(TP, minutes=1), said(Verdict.UNDETERMINED, minutes=2)]) is None


def test_where_analysts_disagree_the_latest_counts_and_the_alert_is_contested() -> None:
    """The one who spoke last, whatever the order of arrival."""
    stands = standing([said(FP, "bo", 2), said(TP, "ana", 1), said(FP, "cy", 1)])
    assert stands is not None
    assert (stands.label, stands.analysts, stands.contested) == (FP, ("bo", "cy"), True)
    assert stands.dissent == (("ana", TP),)


def test_reopening_takes_back_the_verdict_of_the_analyst_it_names() -> None:
    """Others' verdicts stay."""
    given_ = [said(TP, "ana", 1), said(FP, "bo", 2), said(Verdict.OTHER, "bo", 3, retracted=True)]
    stands = standing(given_)
    assert stands is not None
    assert (stands.label, stands.analysts, stands.contested) == (TP, ("ana",), False)


def test_reopening_without_a_name_takes_back_every_verdict_before_it() -> None:
    """What is said afterwards counts again."""
    before = [said(TP, "ana", 1), said(FP, "bo", 2), said(Verdict.OTHER, "", 3, retracted=True)]
    assert standing(before) is None
    stands = standing([*before, said(BP, "ana", 4)])
    assert stands is not None
    assert (stands.label, stands.analysts) == (BP, ("ana",))


def test_a_retraction_with_its_verdicts_own_time_takes_it_back() -> None:
    """Some systems send the old verdict again, marked as retracted: its time is not later."""
    assert standing([said(TP, minutes=1), said(TP, minutes=1, retracted=True)]) is None


def test_a_machine_may_reopen_what_a_person_closed() -> None:
    """A verdict that something speaks against is not learnt from."""
    assert standing([said(TP), said(TP, "", 1, retracted=True, origin=VerdictOrigin.AUTOMATION)]) is None


def test_of_two_verdicts_at_one_instant_the_costlier_to_overlook_counts() -> None:
    """A tie cannot be left to the order of arrival."""
    stands = standing([said(FP, "ana"), said(TP, "bo"), said(BP, "cy")])
    assert stands is not None
    assert (stands.label, stands.contested) == (TP, True)


def test_the_incident_is_that_of_the_counting_verdict_or_of_one_that_agrees() -> None:
    """A verdict that differs may be about something else."""
    stands = standing([said(TP, "ana", 3), said(TP, "bo", 2, incident="I-1"), said(FP, "cy", 1, incident="I-2")])
    assert stands is not None
    assert stands.incident == "I-1"


@given(st.lists(anything, max_size=8), st.randoms())
def test_the_order_of_arrival_makes_no_difference(verdicts: list[Given], random: Random) -> None:
    """Nor does a repeat."""
    shuffled = [*verdicts, *verdicts[:2]]
    random.shuffle(shuffled)
    assert standing(shuffled) == standing(verdicts)


@given(st.lists(anything, max_size=8))
def test_what_stands_was_said_by_a_person_and_not_taken_back(verdicts: list[Given]) -> None:
    """The label, its time and every name beside it come from verdicts that may train."""
    stands = standing(verdicts)
    if stands is None:
        return
    named = {
        one.analyst
        for one in verdicts
        if one.verdict is stands.label
        and one.origin is VerdictOrigin.HUMAN
        and not one.retracted
        and not any(
            then.retracted and then.analyst in ("", one.analyst) and then.decided_at >= one.decided_at
            for then in verdicts
        )
    }
    assert set(stands.analysts) <= named
    assert len(set(stands.analysts)) == len(stands.analysts)


@given(st.lists(anything, max_size=8))
def test_reopening_at_the_end_leaves_nothing(verdicts: list[Given]) -> None:
    """A nameless retraction after everything takes everything back."""
    assert standing([*verdicts, said(minutes=60, analyst="", retracted=True)]) is None


def test_a_verdict_judges_the_latest_score_before_it() -> None:
    """The one the analyst can have seen."""
    assert score_judged([at(1), at(3), at(9)], decided_at=at(5)) == 1


def test_a_verdict_before_any_score_judges_the_first_one_after() -> None:
    """The classifier was behind; the alert is the same."""
    assert score_judged([at(9), at(7)], decided_at=at(5)) == 1
    assert score_judged([], decided_at=at(5)) is None
