"""The gate's rule on recall under attack: a limit, a champion, chance, and too few attacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.bundle import GateReason
from services.core.gate import Contestant, GatePolicy
from services.core.gate.adversarial import adversarial_rule
from services.core.robustness import EditFigures, UnderAttack


def attacked(kept: int, *, caught: int = 100, of: int = 100) -> UnderAttack:
    """A model that catches so many of a sample, and keeps so many of them."""
    before = tuple(place < caught for place in range(of))
    after = tuple(place < min(kept, caught) for place in range(of))
    return UnderAttack(edits={}, before=before, after=after, budget=3)


def ruled(candidate: UnderAttack | None, champion: UnderAttack | None) -> GateReason:
    """What the rule says of two models, the second of which may be missing."""
    own, theirs = (Contestant(threshold=0.5, holdout=(), attacked=one) for one in (candidate, champion))
    return adversarial_rule(own, None if champion is None else theirs, GatePolicy())


@pytest.mark.parametrize(
    ("kept", "champion", "passes"),
    [
        (95, 100, True),  # 5 points: within the limit, whatever the champion does
        (94, 100, False),  # 6 points lost, and 6 fewer than the champion keeps: p = 1/64
        (40, 45, True),  # the champion loses as much
        (40, 46, False),
        (40, 30, True),  # the champion loses more
    ],
)
def test_the_loss_is_held_against_the_limit_and_the_champion(kept: int, champion: int, passes: bool) -> None:
    """A candidate passes by either."""
    reason = ruled(attacked(kept), attacked(champion))
    assert reason.passed is passes
    assert reason.figure == pytest.approx((kept - 100) / 100)
    assert reason.limit == -0.05
    assert f"to {kept / 100:.3f} under" in reason.text
    assert f"to {champion / 100:.3f}" in reason.text


def test_a_difference_that_may_be_chance_does_not_decide() -> None:
    """Four of 25 fewer are 16 points, and as likely as four coins that all fall alike; five are not."""
    assert ruled(attacked(10, of=25), attacked(14, of=25)).passed
    assert not ruled(attacked(9, of=25), attacked(14, of=25)).passed


def test_a_first_model_is_not_judged_by_what_it_loses() -> None:
    """The reason says what that is; a loss within the limit is simply one."""
    much, little = (ruled(attacked(kept), None) for kept in (40, 97))
    assert much.passed
    assert much.text.startswith("not judged: no champion yet; recall 1.000 of 100 attacks falls to 0.400")
    assert little.passed
    assert little.text.startswith("recall 1.000")


@pytest.mark.parametrize("candidate", [None, attacked(0, caught=19, of=19)])
def test_too_few_attacks_are_not_judged(candidate: UnderAttack | None) -> None:
    """And the reason says so."""
    reason = ruled(candidate, attacked(100))
    assert reason.passed
    assert reason.text.startswith("not judged: ")


@given(st.integers(0, 100), st.integers(0, 100))
def test_keeping_more_never_turns_passed_to_failed(kept: int, champion: int) -> None:
    """The rule is monotone in what the candidate keeps."""
    less, more = (ruled(attacked(min(one, 100)), attacked(champion)) for one in (kept, kept + 1))
    assert more.passed or not less.passed


def test_who_catches_fewer_to_begin_with_has_fewer_to_lose() -> None:
    """80 of 100 are kept by both; the one that caught all fails, the one that caught no more than those passes."""
    fallen, never_better = (ruled(attacked(80, caught=caught), attacked(100)) for caught in (100, 80))
    assert (fallen.passed, fallen.figure) == (False, -0.2)
    assert (never_better.passed, never_better.figure) == (True, 0)


def test_figures_say_what_they_are_shares_of() -> None:
    """Success is of the caught, recall of all; without a case there is no support."""
    figures = EditFigures(attacks=10, applicable=6, caught=4, still_caught=1, recalled=5)
    assert (figures.success.value, figures.success.support) == (0.75, 4)
    assert (figures.recall.value, figures.recall.support) == (0.5, 10)
    nothing = EditFigures(attacks=10, applicable=0, caught=0, still_caught=0, recalled=8)
    assert nothing.success.support == 0
    found = UnderAttack(edits={"some": figures, "none": nothing}, before=(True,), after=(False,), budget=3)
    assert set(found.metrics) == {"recall", "loss", "some"}
