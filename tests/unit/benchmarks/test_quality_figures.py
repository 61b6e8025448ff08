"""What the quality benchmark measures, on scores small enough to check by hand."""

import numpy as np
import pytest

from benchmarks.quality.figures import best_threshold, f1, recall, resampled, saved, steps, threshold_for
from tests.labelled import FP, TP, example

TRUTH = np.array([True, False, True, False, False])
SCORES = np.array([0.9, 0.8, 0.7, 0.2, 0.1])


def test_the_threshold_for_a_recall_shows_no_fewer_attacks() -> None:
    """Of a hundred attacks one may be missed at 99 %, of two none."""
    assert threshold_for(TRUTH, SCORES) == 0.7
    many = np.linspace(0.01, 1.0, 100)
    assert recall(np.ones(100, bool), many, threshold=threshold_for(np.ones(100, bool), many)) == 0.99


def test_the_best_threshold_is_the_one_with_the_highest_f1() -> None:
    """Half-way between two scores, and better than any other."""
    best = best_threshold(TRUTH, SCORES)
    assert best == pytest.approx(0.45)
    assert f1(TRUTH, SCORES, threshold=best) == pytest.approx(0.8)
    assert all(f1(TRUTH, SCORES, threshold=other) <= 0.8 for other in (0.05, 0.15, 0.75, 0.85, 0.95))


def test_equal_scores_are_shown_together_or_not_at_all() -> None:
    """No threshold divides them."""
    truth, scores = np.array([True, False, False]), np.array([0.5, 0.5, 0.1])
    assert f1(truth, scores, threshold=best_threshold(truth, scores)) == pytest.approx(2 / 3)


def test_what_is_below_the_threshold_is_saved() -> None:
    """Of five alerts two."""
    assert saved(SCORES, threshold=0.7) == pytest.approx(0.4)


def test_a_step_is_detected_by_its_first_shown_alert() -> None:
    """Its second here, a minute after its first; a step never shown says so."""
    examples = [example(number, TP, incident="scan") for number in range(3)]
    examples += [example(9, TP, incident="theft"), example(5, FP)]
    scan, theft = steps(examples, np.array([0.1, 0.9, 0.8, 0.2, 0.9]), threshold=0.5)
    assert (scan.name, scan.alerts, scan.first, scan.seconds) == ("scan", 3, 2, 60.0)
    assert scan.recall == pytest.approx(2 / 3)
    assert (theft.name, theft.recall, theft.first, theft.seconds) == ("theft", 0.0, None, None)


def test_an_interval_holds_the_figure_and_widens_with_few_groups() -> None:
    """Whole groups are drawn."""
    generator = np.random.default_rng(3)
    truth = generator.random(400) < 0.3
    scores = np.clip(truth * 0.3 + generator.random(400) * 0.7, 0, 1)
    fine = resampled(truth, scores, [str(place) for place in range(400)])
    coarse = resampled(truth, scores, [str(place // 80) for place in range(400)])
    assert fine[0] < fine[1]
    assert coarse[0] <= coarse[1]
