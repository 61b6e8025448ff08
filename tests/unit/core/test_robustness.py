"""The gate's rule on recall under attack: a limit, a rival, chance, and too few attacks."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.robustness import EditFigures, Limits, UnderAttack, adversarial_recall

LIMITS = Limits(loss=0.05, minimum=20, alpha=0.2)


def attacked(kept: int, *, caught: int = 100, of: int = 100) -> UnderAttack:
    """A model that catches so many of a sample, and keeps so many of them."""
    before = tuple(place < caught for place in range(of))
    after = tuple(place < min(kept, caught) for place in range(of))
    return UnderAttack(edits={}, before=before, after=after, budget=3)


@pytest.mark.parametrize(
    ("kept", "rival", "passes"),
    [
        (95, None, True),  # 5 points: at the limit
        (94, None, False),
        (94, 100, False),  # 6 points lost, and 6 fewer than the rival keeps: p = 1/64
        (40, 45, True),  # the rival loses as much
        (40, 46, False),
        (40, 30, True),  # the rival loses more
        (95, 100, True),  # whatever the rival does, a loss within the limit is one
    ],
)
def test_the_loss_is_held_against_the_limit_and_the_rival(kept: int, rival: int | None, passes: bool) -> None:
    """A candidate passes by either."""
    rivals = {} if rival is None else {"champion": attacked(rival)}
    reason = adversarial_recall(attacked(kept), rivals, limits=LIMITS)
    assert reason.passed is passes
    assert reason.figure == pytest.approx((kept - 100) / 100)
    assert reason.limit == -0.05
    assert ("champion" in reason.text) == (rival is not None)


def test_a_difference_that_may_be_chance_does_not_decide() -> None:
    """Two of 25 fewer are 8 points, and as likely as two coins that both fall alike."""
    assert adversarial_recall(attacked(10, of=25), {"champion": attacked(12, of=25)}, limits=LIMITS).passed
    assert not adversarial_recall(attacked(9, of=25), {"champion": attacked(12, of=25)}, limits=LIMITS).passed


def test_the_best_of_several_rivals_counts() -> None:
    """One weak baseline does not let a candidate pass."""
    rivals: Mapping[str, UnderAttack] = {"weak": attacked(10), "tfidf": attacked(90)}
    reason = adversarial_recall(attacked(50), rivals, limits=LIMITS)
    assert not reason.passed
    assert "tfidf" in reason.text
    assert "weak" not in reason.text


@pytest.mark.parametrize("candidate", [None, attacked(0, caught=19, of=19)])
def test_too_few_attacks_are_not_judged(candidate: UnderAttack | None) -> None:
    """And the reason says so."""
    reason = adversarial_recall(candidate, {}, limits=LIMITS)
    assert reason.passed
    assert reason.text.startswith("not judged: ")


@given(st.integers(0, 100), st.integers(0, 100))
def test_keeping_more_never_turns_passed_to_failed(kept: int, rival: int) -> None:
    """The rule is monotone in what the candidate keeps."""
    rivals = {"champion": attacked(rival)}
    less, more = (adversarial_recall(attacked(min(k, 100)), rivals, limits=LIMITS) for k in (kept, kept + 1))
    assert more.passed or not less.passed


def test_figures_say_what_they_are_shares_of() -> None:
    """Success is of the caught, recall of all; without a case there is no support."""
    figures = EditFigures(attacks=10, applicable=6, caught=4, still_caught=1, recalled=5)
    assert (figures.success.value, figures.success.support) == (0.75, 4)
    assert (figures.recall.value, figures.recall.support) == (0.5, 10)
    nothing = EditFigures(attacks=10, applicable=0, caught=0, still_caught=0, recalled=8)
    assert nothing.success.support == 0
    found = UnderAttack(edits={"some": figures, "none": nothing}, before=(True,), after=(False,), budget=3)
    assert set(found.metrics) == {"recall", "loss", "some"}
