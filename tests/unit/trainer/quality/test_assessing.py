"""All checks together: healthy rows are called healthy, the share that needed no hand, and no torch."""

import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from services.core.errors import DataError
from services.core.splits import SplitPolicy
from services.trainer.quality import Severity, assess, check
from services.trainer.quality.assessing import CHECKS
from tests.defects import healthy, labelled, rows, saying, turned
from tests.labelled import TP


def test_healthy_rows_lack_nothing_but_number() -> None:
    """Three hundred rows: each class has fewer than five hundred, and that is all."""
    told: list[str] = []
    quality = assess(rows(healthy()), policy=SplitPolicy(), seed=1, tell=told.append)
    assert {finding.name for finding in quality.findings} == {
        "few_true_positive",
        "few_benign_positive",
        "few_false_positive",
    }
    assert quality.no_hand == 1.0
    assert tuple(told) == CHECKS


def test_the_share_that_needed_no_hand_leaves_out_contested_and_suspect_rows() -> None:
    """Ten of three hundred are contested, as many again labelled wrongly."""
    examples, wrong = turned(healthy(), 0.04)
    contested = [
        replace(one, contested=True) if number % 30 == 0 and one.alert.alert_id not in wrong else one
        for number, one in enumerate(examples)
    ]
    quality = assess(rows(contested), policy=SplitPolicy(), seed=1)
    hands = len(wrong) + sum(one.contested for one in contested)
    assert quality.no_hand == pytest.approx(1 - hands / 300, abs=0.02)


def test_findings_come_gravest_first_and_the_same_each_time() -> None:
    """Whatever the order of the rows."""
    examples = [*healthy(), *(saying(labelled(n, TP), f"{n} TruePositive") for n in range(1000, 1030))]
    quality = assess(rows(examples), policy=SplitPolicy(), seed=1)
    severities = [finding.severity for finding in quality.findings]
    assert severities[0] is Severity.BLOCKER
    assert severities == sorted(severities, key=[Severity.BLOCKER, Severity.WARNING, Severity.NOTE].index)
    assert assess(rows(Random(1).sample(examples, len(examples))), policy=SplitPolicy(), seed=1) == quality
    assert quality.figures()["quality_blockers"] == 1
    assert quality.counts()["quality_leaked_verdict"] == 30


def test_a_blocker_stops_a_run_with_what_to_do() -> None:
    """A model that reads the verdict in the text would pass every gate."""
    leaking = [*healthy(), *(saying(labelled(n, TP), f"{n} TruePositive") for n in range(1000, 1030))]
    with pytest.raises(DataError, match=r"leaked_verdict: .* mask it"):
        check(leaking, policy=SplitPolicy(), seed=1).refuse_blocked()
    check(healthy(), policy=SplitPolicy(), seed=1).refuse_blocked()


def test_the_log_has_findings_and_steps_and_no_names(caplog: pytest.LogCaptureFixture) -> None:
    """Neither analysts nor alert ids."""
    examples = [replace(one, analysts=("mallory",)) for one in healthy(60)]
    with caplog.at_level(logging.INFO):
        checked = check(examples, policy=SplitPolicy(), seed=1)
    told = [record.__dict__ for record in caplog.records]
    assert {one["finding"] for one in told if "finding" in one} == {finding.name for finding in checked.findings}
    assert [one["step"] for one in told if "step" in one] == ["readable contexts", "unified repeats"]
    assert "mallory" not in str(told)
    assert not any(one.alert.alert_id in str(told) for one in examples)


def test_no_rows_are_no_error() -> None:
    """An empty buffer has no quality."""
    assert assess(rows([]), policy=SplitPolicy(), seed=1).findings == ()


def test_looking_at_quality_needs_no_torch() -> None:
    """`winnow data report` runs where no model is trained."""
    code = "import sys, services.trainer.quality; sys.exit('torch' in sys.modules)"
    root = str(Path(__file__).parents[4])
    assert subprocess.run([sys.executable, "-c", code], check=False, env={"PYTHONPATH": root}).returncode == 0


def test_as_many_rows_are_looked_at_as_a_run_uses() -> None:
    """The latest; what is wrong with older ones does no harm any more."""
    wrong = [replace(one, contested=True) for one in healthy(50)]
    quality = assess(rows(wrong, healthy(60, start=50)), policy=SplitPolicy(newest=60), seed=1)
    assert quality.rows == 60
    assert "contested_alerts" not in {finding.name for finding in quality.findings}
