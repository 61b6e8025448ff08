"""The baselines: they learn what they can see, and nothing else."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from services.core.bundle import LABELS
from services.core.example import Example
from services.trainer.baselines import HOST_LOOK_UP, LINEAR_PROBE, LOOK_UP, TFIDF, TFIDF_CONTEXT, fit_baselines
from tests.labelled import BP, FP, TP, example
from tests.learning import learnable


def _told(examples: Sequence[Example]) -> NDArray[np.float32]:
    """Vectors that say what runs, and how often it does: what decides only together."""
    shell = [float("shell" in one.alert.entities.process.command_line) for one in examples]
    often = [float(one.context.values[0] > 1) for one in examples]
    return np.array([shell, np.abs(np.array(shell) - np.array(often))], dtype=np.float32).T


def test_every_baseline_gives_three_probabilities_and_has_a_threshold() -> None:
    """As a model does, so that the same figures can be taken of it."""
    baselines = fit_baselines(learnable(200), validation=learnable(80, seed=2), vectors=_told)
    assert [baseline.name for baseline in baselines] == [LOOK_UP, HOST_LOOK_UP, TFIDF, TFIDF_CONTEXT, LINEAR_PROBE]
    for baseline in baselines:
        said = baseline.probabilities(learnable(20, seed=3))
        assert {len(row) for row in said} == {len(LABELS)}
        assert all(abs(sum(row) - 1) < 1e-6 for row in said)
        assert 0 < baseline.threshold < 1
        assert baseline.probabilities([]) == []


def test_the_look_up_knows_a_rule_s_verdicts_and_falls_back_on_all() -> None:
    """Nine of ten verdicts on one rule were attacks, none of ten on the other."""
    noisy = [example(number, TP if number else BP, rule="noisy") for number in range(10)]
    quiet = [example(10 + number, FP, rule="quiet") for number in range(10)]
    look_up = fit_baselines([*noisy, *quiet], validation=noisy)[0]
    on_noisy, on_quiet, on_new = look_up.probabilities([noisy[0], quiet[0], example(99, rule="new")])
    assert on_noisy[0] > 0.8
    assert on_quiet[0] < 0.1
    assert on_new == (9 / 20, 1 / 20, 10 / 20)


def test_the_second_look_up_knows_the_host_and_falls_back_on_the_rule() -> None:
    """The same rule means one thing on one host and another on the next."""
    bad = [example(number, TP, rule="logon", host="dmz") for number in range(10)]
    good = [example(10 + number, FP, rule="logon", host="office") for number in range(30)]
    others = [example(40 + number, FP, rule="other", host="dmz") for number in range(60)]
    look_up = fit_baselines([*bad, *good, *others], validation=bad)[1]
    on_dmz, on_office, on_new = look_up.probabilities(
        [bad[0], good[0], example(99, rule="logon", host="new")],
    )
    assert on_dmz[0] > 0.9
    assert on_office[0] < 0.05
    assert on_new[0] == pytest.approx(0.25, abs=0.01)


def test_the_linear_probe_learns_from_the_vectors_it_is_given() -> None:
    """They hold what no text and no context alone says; without them there is no probe."""
    baselines = fit_baselines(learnable(200), validation=learnable(80, seed=2), vectors=_told)
    examples = learnable(100, seed=3)
    said = baselines[-1].probabilities(examples)
    assert all((row[0] > 0.5) == one.is_attack for row, one in zip(said, examples, strict=True))
    assert LINEAR_PROBE not in {one.name for one in fit_baselines(learnable(60), validation=learnable(60))}


def test_context_tells_only_the_baseline_that_sees_it() -> None:
    """Where repetition alone decides, text is no use."""
    examples = [one for one in learnable(400) if "shell" in one.alert.entities.process.command_line]
    train, judged = examples[:140], examples[140:]
    text, with_context = fit_baselines(train, validation=train)[2:]

    def right(said: Sequence[Sequence[float]]) -> float:
        found = [(row[0] > 0.5) == one.is_attack for row, one in zip(said, judged, strict=True)]
        return sum(found) / len(found)

    assert right(with_context.probabilities(judged)) > 0.95
    assert right(text.probabilities(judged)) < 0.75
