"""What runs of a local system, in the figures its processes export."""

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from services.sandbox.system import LOOPBACK, SERVICES, LocalSystem

Sums = dict[str, float]


def system_status(system: LocalSystem) -> list[dict[str, Any]]:
    """A row for Kafka and one for each service: name, pid, healthy, address, facts."""
    pid = system.broker.pid
    address = system.broker.bootstrap if pid is not None else ""
    kafka: dict[str, Any] = {"name": "kafka", "pid": pid, "healthy": pid is not None, "address": address, "facts": {}}
    return [kafka, *(_service_row(system, name) for name in SERVICES)]


def _service_row(system: LocalSystem, name: str) -> dict[str, Any]:
    health = system.health(name)
    facts = {**_figures(name, system.metrics(name)), **health.facts} if health.process is not None else {}
    return {
        "name": name,
        "pid": health.process.pid if health.process is not None else None,
        "healthy": health.healthy and not facts.get("dead-letter alarm"),
        "address": f"http://{LOOPBACK}:{health.port}" if health.process is not None else "",
        "facts": facts,
    }


_FACTS = {
    "classifier": {
        "alerts": "winnow_alerts_total",
        "unscored": "winnow_unscored_total",
        "dead letters": "winnow_dead_letters_total",
        "lag": "winnow_consumer_lag_messages",
    },
    "collector": {
        "scores": "winnow_scores_stored_total",
        "verdicts": "winnow_verdicts_total",
        "dead letters": "winnow_dead_letters_total",
        "lag": "winnow_consumer_lag_messages",
    },
    "trainer": {"runs": "winnow_training_runs_total", "new verdicts": "winnow_training_new_verdicts"},
}


def _figures(service: str, exposition: str) -> dict[str, Any]:
    sums = _sums(exposition)
    facts: dict[str, Any] = {label: int(sums.get(metric, 0)) for label, metric in _FACTS[service].items()}
    if sums.get("winnow_dead_letter_alarm"):
        facts["dead-letter alarm"] = "too many messages are dead-lettered: see winnow.dead-letters"
    answered = sums.get("winnow_score_latency_seconds_count", 0)
    if answered:
        facts["mean latency"] = f"{sums['winnow_score_latency_seconds_sum'] / answered * 1000:.0f} ms"
    return facts


def _sums(exposition: str) -> Sums:
    """Every metric, added up over its labels."""
    sums: Sums = {}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            sums[sample.name] = sums.get(sample.name, 0.0) + sample.value
    return sums
