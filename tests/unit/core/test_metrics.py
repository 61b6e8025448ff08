"""Metrics: the figures are scikit-learn's, their intervals contain them."""

import math
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from schemas import Verdict
from services.core.bundle import LABELS
from services.core.calibration import calibration_bins
from services.core.errors import DataError
from services.core.intervals import around, bootstrap, wilson
from services.core.judged import Judged, Met, group_of, judged_by
from services.core.metrics import choose_threshold, evaluate, figures, fit_temperature, threshold_with_recall
from services.core.ranking import Ranking
from tests.labelled import BP, FP, TP, answers, example, judged, labels

scores = st.integers(0, 20).map(lambda twentieth: twentieth / 20)  # coarse, so that there are ties
rows = st.builds(
    judged,
    st.sampled_from([TP, BP, FP]),
    scores,
    group=st.sampled_from("abcdefg"),
    seen=st.booleans(),
    benign=st.sampled_from([0.1, 0.3, 0.7, 0.9]),
)
both = st.lists(rows, min_size=2, max_size=60).filter(lambda found: len({row.is_attack for row in found}) == 2)


@settings(max_examples=60)
@given(both, scores)
def test_the_figures_are_those_of_scikit_learn(found: list[Judged], threshold: float) -> None:
    """Ties, classes that nobody names and thresholds nobody reaches included."""
    truth, score = [row.is_attack for row in found], [row.score for row in found]
    shown = [value >= threshold for value in score]
    mine = figures(found, threshold=threshold)
    assert mine["roc_auc"] == pytest.approx(sk.roc_auc_score(truth, score))
    assert mine["average_precision"] == pytest.approx(sk.average_precision_score(truth, score))
    assert mine["f1"] == pytest.approx(sk.f1_score(truth, shown, zero_division=0))
    assert mine["precision"] == pytest.approx(sk.precision_score(truth, shown, zero_division=0))
    assert mine["recall"] == pytest.approx(sk.recall_score(truth, shown, zero_division=0))
    classes, said = [row.truth for row in found], [row.said for row in found]
    assert mine["macro_f1"] == pytest.approx(sk.f1_score(classes, said, average="macro", zero_division=0))


@settings(max_examples=25)
@given(both, scores)
def test_an_evaluation_agrees_with_scikit_learn_class_by_class(found: list[Judged], threshold: float) -> None:
    """Confusion, accuracy and each class's figures."""
    evaluation = evaluate(found, threshold=threshold, resamples=5)
    classes, said = [row.truth for row in found], [row.said for row in found]
    assert [list(row) for row in evaluation.confusion] == sk.confusion_matrix(classes, said, labels=[0, 1, 2]).tolist()
    assert evaluation.metrics["accuracy"].value == pytest.approx(sk.accuracy_score(classes, said))
    precision, recall, f1, support = sk.precision_recall_fscore_support(
        classes, said, labels=[0, 1, 2], zero_division=0
    )
    for place, row in enumerate(evaluation.classes):
        assert row.label == LABELS[place]
        figured = (row.precision.value, row.recall.value, row.f1, row.support)
        assert figured == pytest.approx((precision[place], recall[place], f1[place], support[place]))


@settings(max_examples=60)
@given(st.lists(rows, min_size=1, max_size=60), scores, st.integers(0, 3))
def test_every_interval_contains_its_figure(found: list[Judged], threshold: float, seed: int) -> None:
    """For any data, and the same each time."""
    evaluation = evaluate(found, threshold=threshold, seed=seed, resamples=20)
    for name, figure in evaluation.metrics.items():
        assert figure.low <= figure.value <= figure.high, name
        most = 50_000 if name == "expected_cost" else 1
        assert -1e-9 <= figure.low <= figure.high <= most + 1e-9, name
    assert evaluate(found, threshold=threshold, seed=seed, resamples=20) == evaluation


@settings(max_examples=60)
@given(st.lists(rows, min_size=1, max_size=60), scores)
def test_the_counts_add_up(found: list[Judged], threshold: float) -> None:
    """What is missed and what is caught, what was met in training and what not."""
    evaluation = evaluate(found, threshold=threshold, resamples=3)
    metrics = evaluation.metrics
    assert metrics["recall_seen"].support + metrics["recall_unseen"].support == evaluation.attacks
    assert sum(map(sum, evaluation.confusion)) == evaluation.support == len(found)
    assert sum(one.count for one in evaluation.calibration) == len(found)
    if evaluation.attacks:
        assert metrics["missed"].value == pytest.approx(1 - metrics["recall"].value)
        assert metrics["worst_group_recall"].value <= metrics["group_recall"].value + 1e-9


@settings(max_examples=60)
@given(both, st.sampled_from([0.5, 0.9, 0.99, 1.0]), st.randoms(use_true_random=False))
def test_the_share_saved_is_the_largest_that_keeps_the_recall(
    found: list[Judged], recall: float, random: Random
) -> None:
    """Of all thresholds, with rows counted several times or not at all: found by trying each."""
    ordered = sorted(found, key=lambda row: -row.score)
    weights = [random.randrange(3) for _ in ordered]
    attacks = sum(weight for row, weight in zip(ordered, weights, strict=True) if row.is_attack)

    def share_saved(threshold: float) -> float:
        shown = [(row, weight) for row, weight in zip(ordered, weights, strict=True) if row.score >= threshold]
        caught = sum(weight for row, weight in shown if row.is_attack)
        return 1 - sum(weight for _, weight in shown) / sum(weights) if caught >= recall * attacks - 1e-9 else 0.0

    best = max(share_saved(row.score) for row in ordered) if attacks else 0.0
    ranking = Ranking([row.score for row in ordered], [row.is_attack for row in ordered])
    assert ranking.counted(weights).saved(recall) == pytest.approx(best)


@given(both, st.randoms(use_true_random=False))
def test_areas_weigh_rows_as_scikit_learn_does(found: list[Judged], random: Random) -> None:
    """As the bootstrap counts them, ties and rows left out included."""
    ordered = sorted(found, key=lambda row: -row.score)
    weights = [random.randrange(3) for _ in ordered]
    truth, score = [row.is_attack for row in ordered], [row.score for row in ordered]
    tally = Ranking(score, truth).counted(weights)
    kinds = {row.is_attack for row, weight in zip(ordered, weights, strict=True) if weight}
    if len(kinds) == 2:
        assert tally.roc_auc() == pytest.approx(sk.roc_auc_score(truth, score, sample_weight=weights))
        assert tally.average_precision() == pytest.approx(
            sk.average_precision_score(truth, score, sample_weight=weights)
        )
    else:
        assert tally.roc_auc() == 0.5


def test_a_miss_costs_as_many_false_alarms_as_is_said() -> None:
    """Two misses and three false alarms among ten alerts, per thousand."""
    found = [
        *(judged(TP, 0.1) for _ in range(2)),
        *(judged(FP, 0.9) for _ in range(3)),
        *(judged(TP, 0.9) for _ in range(5)),
    ]
    costs = [evaluate(found, threshold=0.5, miss_cost=ratio).metrics["expected_cost"] for ratio in (50, 10)]
    assert [cost.value for cost in costs] == pytest.approx([10_300, 2_300])
    assert costs[0].support == 10


def test_group_recall_counts_every_incident_alike() -> None:
    """A flood of one noisy step cannot hide a missed one."""
    flood = [judged(TP, 0.9, group="noisy") for _ in range(99)]
    evaluation = evaluate([*flood, judged(TP, 0.1, group="quiet"), judged(FP, 0.1)], threshold=0.5)
    assert evaluation.metrics["recall"].value == pytest.approx(0.99)
    assert evaluation.metrics["group_recall"].value == pytest.approx(0.5)
    assert evaluation.metrics["worst_group_recall"].value == 0
    assert evaluation.metrics["worst_group_recall"].support == 1


def test_what_was_met_in_training_is_told_apart_from_what_was_not() -> None:
    """Precision, recall and F1 of each."""
    found = [
        *(judged(TP, 0.9, seen=True) for _ in range(4)),
        judged(TP, 0.9, seen=False),
        judged(TP, 0.2, seen=False),
        judged(FP, 0.9, seen=False),
        judged(FP, 0.1, seen=True),
    ]
    metrics = evaluate(found, threshold=0.5).metrics
    assert (metrics["recall_seen"].value, metrics["recall_unseen"].value) == (1.0, 0.5)
    assert (metrics["precision_seen"].value, metrics["precision_unseen"].value) == (1.0, 0.5)
    assert (metrics["f1_seen"].value, metrics["f1_unseen"].value) == (1.0, 0.5)


def test_nothing_to_evaluate_is_an_error() -> None:
    """A figure over nothing would be a lie."""
    with pytest.raises(DataError):
        evaluate([], threshold=0.5)


def test_a_part_without_attacks_says_so_by_its_support() -> None:
    """Recall over no attack has nothing behind it."""
    recall = evaluate([judged(FP, 0.2), judged(BP, 0.7)], threshold=0.5).metrics["recall"]
    assert (recall.value, recall.low, recall.high, recall.support) == (0.0, 0.0, 1.0, 0)


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilsons_interval_contains_the_proportion(hits: int, of: int) -> None:
    """And solves |p - share| = z * sqrt(p (1 - p) / n) at its bounds."""
    hits = min(hits, of)
    found = wilson(hits, of)
    assert 0 <= found.low <= found.value <= found.high <= 1
    if 0 < hits < of:
        for bound in (found.low, found.high):
            assert abs(bound - found.value) == pytest.approx(1.959964 * math.sqrt(bound * (1 - bound) / of), rel=1e-4)


def test_wilsons_interval_as_published() -> None:
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I: 81 of 263."""
    found = wilson(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_the_bootstrap_covers_a_known_spread() -> None:
    """The mean of groups of one: half-width about 1.96 standard errors."""
    values = [float(number % 2) for number in range(400)]

    def mean(weights: Sequence[int]) -> dict[str, float]:
        assert sum(weights) == len(values)  # as many are drawn as there are, some more than once
        return {"mean": sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)}

    low, high = bootstrap(mean, groups=len(values), seed=1, resamples=400)["mean"]
    assert (high - low) / 2 == pytest.approx(1.96 * 0.5 / 20, rel=0.2)


def test_alerts_of_one_incident_are_resampled_together() -> None:
    """Fifty copies of one answer are one answer: the interval is wider than with fifty groups."""
    found = answers(labels(40, 60), noise=0.3)
    apart = [judged(row.label, row.score, group=str(place)) for place, row in enumerate(found)]
    together = [judged(row.label, row.score, group=str(place // 20)) for place, row in enumerate(found)]
    copies = [judged(row.label, row.score, group=str(place % 10)) for place, row in enumerate(found[:10] * 10)]
    widths = [_width(evaluate(rows_, threshold=0.5).metrics["f1"]) for rows_ in (apart, together, copies)]
    assert widths[2] > 1.5 * widths[0]


def _width(figure: object) -> float:
    return figure.high - figure.low  # type: ignore[attr-defined,no-any-return]


def test_an_interval_is_widened_to_its_figure() -> None:
    """A coarse resampling may leave it out."""
    found = around(0.9, (0.2, 0.8), support=3)
    assert (found.low, found.value, found.high) == (0.2, 0.9, 0.9)


@settings(max_examples=40)
@given(both)
def test_the_chosen_threshold_has_the_highest_f_beta(found: list[Judged]) -> None:
    """No other threshold does better, by scikit-learn's own F-beta."""
    truth = [row.is_attack for row in found]

    def f2(threshold: float) -> float:
        return float(sk.fbeta_score(truth, [row.score >= threshold for row in found], beta=2, zero_division=0))

    best = max(f2(row.score) for row in found)
    assert f2(choose_threshold(found, beta=2.0)) == pytest.approx(best)


def test_a_missed_attack_costs_more_than_a_false_alarm() -> None:
    """With beta 2 the threshold is lower than with beta one half."""
    found = [judged(TP, 0.9), judged(FP, 0.8), judged(FP, 0.7), judged(TP, 0.6), judged(FP, 0.1)]
    assert choose_threshold(found, beta=2.0) == pytest.approx(0.35)
    assert choose_threshold(found, beta=0.5) == pytest.approx(0.85)


def test_among_equally_good_thresholds_the_lowest_is_taken() -> None:
    """One of two attacks among one shown, or both among four: F1 is two thirds either way."""
    found = [judged(TP, 0.9), judged(FP, 0.8), judged(FP, 0.7), judged(TP, 0.6)]
    assert choose_threshold(found, beta=1.0) == pytest.approx(0.3)


def test_a_threshold_without_an_attack_is_refused() -> None:
    """There is nothing to choose by."""
    with pytest.raises(DataError, match="at least one attack"):
        choose_threshold([judged(FP, 0.4)])


@settings(max_examples=8)
@given(st.floats(0.3, 6.0), st.integers(0, 100))
def test_the_temperature_that_spoiled_the_logits_is_found_again(temperature: float, seed: int) -> None:
    """Labels drawn from softmax(logits), the logits then multiplied: dividing by the factor is best."""
    random = Random(seed)
    logits = [[random.gauss(0, 1.5) for _ in range(3)] for _ in range(600)]
    drawn = [random.choices(range(3), weights=[math.exp(logit) for logit in row])[0] for row in logits]
    spoiled = [[value * temperature for value in row] for row in logits]
    assert fit_temperature(spoiled, drawn) == pytest.approx(temperature, rel=0.25)
    exact = fit_temperature(logits, drawn)
    assert fit_temperature(spoiled, drawn) == pytest.approx(exact * temperature, rel=0.01)


@given(st.integers(2, 300), st.floats(0.5, 30.0))
def test_a_model_that_erred_in_nothing_is_not_thought_never_to_err(count: int, margin: float) -> None:
    """Of n examples of each of two labels, one more of the other is reckoned to come: sure to (n + 1) / (n + 2)."""
    logits, labels = [[margin, 0.0, -1e6], [0.0, margin, -1e6]] * count, [0, 1] * count
    temperature = fit_temperature(logits, labels, low=1e-3, high=1e3)
    assert math.exp(-margin / temperature) == pytest.approx(1 / (count + 1), rel=0.02)


def test_without_examples_the_temperature_is_one() -> None:
    """Nothing speaks for any other."""
    assert fit_temperature([], []) == 1.0


def test_a_bin_tells_what_was_predicted_and_what_came() -> None:
    """Three alerts said 0.8 or so, two were attacks; a certain one falls into the last bin."""
    bins = calibration_bins([0.82, 0.85, 0.88, 1.0], [True, True, False, True])
    assert [(one.low, one.count, round(one.predicted, 2), round(one.observed, 2)) for one in bins] == [
        (0.8, 3, 0.85, 0.67),
        (0.9, 1, 1.0, 1.0),
    ]


@given(both)
def test_the_calibration_error_is_the_bins_mean_gap(found: list[Judged]) -> None:
    """Weighted by how many alerts a bin holds."""
    evaluation = evaluate(found, threshold=0.5, resamples=2)
    gap = sum(one.count * abs(one.predicted - one.observed) for one in evaluation.calibration) / len(found)
    assert evaluation.metrics["calibration_error"].value == pytest.approx(gap)


@given(both)
def test_the_curve_starts_strict_and_ends_with_everything_shown(found: list[Judged]) -> None:
    """Recall never falls along it."""
    ordered = sorted(found, key=lambda row: -row.score)
    curve = Ranking([row.score for row in ordered], [row.is_attack for row in ordered]).curve(points=5)
    recalls = [point.recall for point in curve]
    assert recalls == sorted(recalls)
    assert recalls[-1] == 1.0
    assert curve[-1].precision == pytest.approx(sum(row.is_attack for row in found) / len(found))


@pytest.mark.parametrize(
    "probabilities", [(math.nan, 0.5, 0.5), (1.2, -0.1, -0.1), (0.5, 0.1, 0.1), (math.inf, 0.0, 0.0)]
)
def test_what_is_no_distribution_cannot_be_judged(probabilities: tuple[float, float, float]) -> None:
    """A model that answers NaN must not slip through comparisons that are all false."""
    with pytest.raises(ValueError, match="probabilities"):
        Judged(label=TP, probabilities=probabilities, group="g", seen=True)


def test_a_verdict_that_does_not_train_cannot_be_judged() -> None:
    """There is no truth in `duplicate`."""
    with pytest.raises(ValueError, match="duplicate"):
        judged(Verdict.DUPLICATE, 0.5)


def test_examples_and_probabilities_meet_in_order() -> None:
    """Group, analyst and whether rule and host were met come from the example."""
    known, new = example(1, TP, incident="I-1"), example(2, FP, rule="R-9", analysts=[])
    rows_ = judged_by([known, new], [(0.9, 0.05, 0.05), (0.2, 0.4, 0.4)], met=Met.in_training([example(3)]))
    assert [(row.group, row.seen, row.analyst, row.score) for row in rows_] == [
        ("I-1", True, "ana", 0.9),
        ("R-9\x1fh-1", False, "", 0.2),
    ]
    facts = rows_[1].facts
    assert (facts.source, facts.rule, facts.severity, facts.observed_at) == (
        new.alert.source,
        "R-9",
        new.alert.severity.value,
        new.alert.observed_at,
    )
    assert group_of(known) == "I-1"
    with pytest.raises(ValueError, match="shorter"):
        judged_by([known, new], [(0.9, 0.05, 0.05)], met=Met.in_training([]))


@given(st.lists(st.tuples(st.booleans(), scores), max_size=40), st.floats(0, 1))
def test_a_threshold_for_a_recall_is_the_highest_that_reaches_it(rows: list[tuple[bool, float]], wanted: float) -> None:
    """It shows enough attacks, and without the lowest score it shows, too few."""
    said = [judged(TP if attack else FP, score) for attack, score in [*rows, (True, 0.5)]]
    attacks = [row.score for row in said if row.is_attack]
    threshold = threshold_with_recall(said, recall=wanted)
    assert sum(score >= threshold for score in attacks) >= wanted * len(attacks) - 1e-6
    lowest = min(row.score for row in said if row.score >= threshold)
    assert sum(score > lowest for score in attacks) < max(wanted * len(attacks), 1)
