"""What of the pipeline's events Prometheus sees."""

from prometheus_client import CollectorRegistry

from services.classifier.observations import Observations
from services.runtime.dead_letters import DeadLetterAlarm
from services.runtime.metrics import ClassifierMetrics
from tests.messages import at, score


def observed(registry: CollectorRegistry) -> Observations:
    """Of one topic, with an alarm that few messages raise."""
    alarm = DeadLetterAlarm(bound=0.5, window=10, least=4)
    return Observations(ClassifierMetrics(registry), alarm=alarm, topic="siem.alerts")


def test_too_many_refused_messages_raise_the_alarm_of_their_topic() -> None:
    """As the collector's, which reads two."""
    registry, topic = CollectorRegistry(), {"topic": "siem.alerts"}
    observations = observed(registry)
    assert registry.get_sample_value("winnow_dead_letter_alarm", topic) == 0
    for refused in (False, True, True, True):
        observations.message(refused=refused)
    assert registry.get_sample_value("winnow_dead_letter_share", topic) == 0.75
    assert registry.get_sample_value("winnow_dead_letter_alarm", topic) == 1


def test_every_reason_to_pass_unscored_is_shown_before_there_is_one() -> None:
    """Prometheus cannot tell how much a counter grew before it first saw it."""
    registry = CollectorRegistry()
    observed(registry)
    for reason in ("no_model", "model_error", "overload"):
        assert registry.get_sample_value("winnow_unscored_total", {"reason": reason}) == 0


def test_surges_are_counted_among_the_scores() -> None:
    """Their share is what the dashboard shows."""
    registry = CollectorRegistry()
    observations, plain = observed(registry), score()
    for one in (plain, plain.model_copy(update={"surge": True}), plain):
        observations.published(one, acknowledged_at=at(2))
    labels = {"verdict": "true_positive", "model_version": "m1", "shown": "true"}
    assert registry.get_sample_value("winnow_scores_total", labels) == 3
    assert registry.get_sample_value("winnow_surges_total") == 1
