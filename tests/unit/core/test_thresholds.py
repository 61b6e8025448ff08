"""A threshold beside a champion's: as many attacks, and half of what a model is better by on top."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.errors import DataError
from services.core.judged import Judged
from services.core.metrics import choose_threshold, threshold_beside
from services.core.showing import showing
from tests.labelled import FP, TP, judged

AT = 0.5
scores = st.integers(0, 20).map(lambda twentieth: twentieth / 20)
said = st.lists(st.tuples(st.booleans(), scores, scores), min_size=2, max_size=60).filter(
    lambda rows: any(attack for attack, _, _ in rows)
)


def both(rows: list[tuple[bool, float, float]]) -> tuple[list[Judged], list[Judged]]:
    """What candidate and champion said of the same examples."""
    truths = [TP if attack else FP for attack, _, _ in rows]
    ours = [judged(truth, score) for truth, (_, score, _) in zip(truths, rows, strict=True)]
    theirs = [judged(truth, score) for truth, (_, _, score) in zip(truths, rows, strict=True)]
    return ours, theirs


def shown(rows: list[Judged], threshold: float, *, attacks: bool) -> int:
    """How many of the attacks, or of the others, are shown."""
    return sum(row.score >= threshold for row in rows if row.is_attack is attacks)


@settings(max_examples=200)
@given(said, st.sampled_from([0.0, 0.02, 0.2]))
def test_it_shows_as_many_attacks_as_the_champion_and_its_own_threshold_would(
    rows: list[tuple[bool, float, float]], margin: float
) -> None:
    """Never above its own, whatever the champion is; of the champion's attacks all but the margin of all there are."""
    ours, theirs = both(rows)
    threshold = threshold_beside(ours, theirs, shows=showing(AT), margin=margin)
    assert threshold <= choose_threshold(ours)
    attacks = sum(row.is_attack for row in ours)
    assert shown(ours, threshold, attacks=True) >= shown(theirs, AT, attacks=True) - margin * attacks
    assert threshold >= threshold_beside(ours, theirs, shows=showing(AT))


def test_one_wrong_verdict_is_not_the_threshold_beside_a_champion_that_shows_everything() -> None:
    """The fiftieth attack is none, and no good model says so: it costs nothing within a margin of one in fifty."""
    attacks = [(True, 0.9, 0.6)] * 49 + [(True, 0.01, 0.6)]
    ours, theirs = both(attacks + [(False, 0.05, 0.6)] * 40 + [(False, 0.02, 0.4)] * 40)
    assert shown(ours, threshold_beside(ours, theirs, shows=showing(AT)), attacks=False) == 80
    assert shown(ours, threshold_beside(ours, theirs, shows=showing(AT), margin=0.02), attacks=False) == 40


def test_half_of_what_it_is_better_by_goes_to_attacks_not_seen_yet() -> None:
    """Ten harmless alerts, of which the champion shows eight and the candidate need show none: it shows four."""
    harmless = [(False, place / 100, 0.6 if place < 8 else 0.4) for place in range(10)]
    ours, theirs = both([(True, 0.9, 0.6), (True, 0.8, 0.6), *harmless])
    threshold = threshold_beside(ours, theirs, shows=showing(AT))
    assert threshold == pytest.approx(0.055)
    assert shown(ours, threshold, attacks=False) == 4


def test_one_that_is_no_better_gets_nothing_on_top() -> None:
    """It must show as many attacks, at whatever cost; whether that may serve the gate says."""
    ours, theirs = both([(True, 0.9, 0.9), (True, 0.2, 0.9), (False, 0.7, 0.1), (False, 0.5, 0.1), (False, 0.1, 0.1)])
    assert threshold_beside(ours, theirs, shows=showing(AT)) == pytest.approx(0.15)


def test_beside_a_champion_that_shows_nothing_its_own_threshold_stays() -> None:
    """The champion's misses are no measure."""
    ours, theirs = both([(True, 0.9, 0.1), (True, 0.8, 0.1), (False, 0.3, 0.1)])
    assert threshold_beside(ours, theirs, shows=showing(AT)) == choose_threshold(ours) == pytest.approx(0.55)


def test_without_an_attack_there_is_nothing_to_choose_by() -> None:
    """An error that says so."""
    with pytest.raises(DataError, match="at least one attack"):
        threshold_beside([judged(FP, 0.4)], [judged(FP, 0.4)], shows=showing(AT))
