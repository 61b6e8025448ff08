"""Training on real, public alerts (AIT-ADS): text and context together beat the look-up by rule.

Needs the data folder; fails without it.
"""

import pytest

from tests.data.conftest import RealRun

pytestmark = [pytest.mark.data, pytest.mark.timeout(900)]


def test_the_model_beats_the_look_up_by_rule_on_later_alerts(trained: RealRun) -> None:
    """Judged on the latest fifth, with the figures of the exported model."""
    metrics = trained.result.metrics
    assert metrics["average_precision"] > metrics["baseline.rule_look_up.average_precision"] + 0.05
    assert metrics["f1"] > metrics["baseline.rule_look_up.f1"]
