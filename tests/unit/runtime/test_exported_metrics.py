"""What is exported from the start."""

import time

import pytest
from prometheus_client import CollectorRegistry

from services.runtime.metrics import ClassifierMetrics, CollectorMetrics, GatewayMetrics, ProcessMetrics, TrainerMetrics


@pytest.mark.parametrize("kind", [ClassifierMetrics, CollectorMetrics, TrainerMetrics, GatewayMetrics])
def test_every_service_says_when_it_began(kind: type[ProcessMetrics]) -> None:
    """One that is started again and again may answer every scrape."""
    registry, before = CollectorRegistry(), time.time()
    kind(registry)
    assert before <= (registry.get_sample_value("process_start_time_seconds") or 0) <= time.time()


def test_training_shows_how_runs_may_end_before_one_has() -> None:
    """Prometheus cannot tell how much a counter grew before it first saw it."""
    registry = CollectorRegistry()
    TrainerMetrics(registry)
    for outcome in ("promoted", "rejected", "shadowed", "superseded", "failed"):
        assert registry.get_sample_value("winnow_training_runs_total", {"outcome": outcome}) == 0
    assert registry.get_sample_value("winnow_training_failures_in_a_row") == 0
