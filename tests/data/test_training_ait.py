"""Training on real, public alerts (AIT-ADS): text and context together beat the look-up by rule.

Needs the data folder; fails without it.
"""

from pathlib import Path

import pytest

from services.trainer.by_hand import train
from services.trainer.settings import ScheduleSettings, TrainerSettings, TrainingSettings
from tests import ait

pytestmark = pytest.mark.data

_EVERY = 3
"""Each third of the 11,581 alerts is learned from, so that the test stays under two minutes."""


def test_the_model_beats_the_look_up_by_rule_on_later_alerts(tmp_path: Path) -> None:
    """Judged on the latest fifth, with the figures of the exported model."""
    settings = TrainerSettings(
        trainer=ScheduleSettings(timeout_seconds=280.0), training=TrainingSettings(epochs=1, seconds=60.0)
    )
    _, result = train(ait.examples(every=_EVERY), tmp_path, settings=settings, report=lambda _: None)
    assert result.failure == ""
    metrics = result.metrics
    assert metrics["average_precision"] > metrics["baseline.rule_look_up.average_precision"] + 0.05
    assert metrics["f1"] > metrics["baseline.rule_look_up.f1"]
