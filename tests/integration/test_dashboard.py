"""The dashboard and the rules on a real Prometheus that scrapes our own metrics: all parse, and all find something."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
import yaml
from prometheus_client import CollectorRegistry

from deploy.grafana.generate import FILE, rendered
from deploy.grafana.panels import ROWS
from services.runtime.http import OperatorServer, State, serve
from services.runtime.metrics import (
    ClassifierMetrics,
    CollectorMetrics,
    ConsumerMetrics,
    GatewayMetrics,
    ProcessMetrics,
    TrainerMetrics,
)
from services.runtime.settings import HttpSettings
from tests.integration.collector_stage import wait_until
from tests.integration.postgres_server import free_port
from tests.integration.prometheus_server import DEPLOYED, Prometheus, executable, prometheus

GRAFANA = FILE.parents[1]
QUERIES = [(panel.title, promql) for row in ROWS for panel in row.panels for promql in panel.queries.values()]
SHOWN_TP, SHOWN_FP, MISSED = (
    ("m1", "true", "true_positive"),
    ("m1", "true", "false_positive"),
    (
        "m1",
        "false",
        "true_positive",
    ),
)


@dataclass
class Exporters:
    """The four services' metrics, moving as if a bad day were going on, each behind HTTP of its own."""

    servers: list[OperatorServer] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        registries = [CollectorRegistry() for _ in range(4)]
        self.classifier = ClassifierMetrics(registries[0])
        self.collector = CollectorMetrics(registries[1])
        self.trainer = TrainerMetrics(registries[2])
        self.gateway = GatewayMetrics(registries[3])
        self.collector.judged.labels(*SHOWN_TP)
        for registry in registries:
            self.servers.append(
                serve(HttpSettings(), registry=registry, health=lambda: State(True, {}), ready=lambda: State(True, {}))
            )
        self.thread = threading.Thread(target=self._move)
        self.thread.start()

    @property
    def targets(self) -> dict[str, list[str]]:
        """Where each job is to be scraped; nobody listens at the trainer's second address."""
        jobs = ("classifier", "collector", "trainer", "gateway")
        addresses = {job: [f"127.0.0.1:{server.port}"] for job, server in zip(jobs, self.servers, strict=True)}
        addresses["trainer"].append(f"127.0.0.1:{free_port()}")
        return addresses

    def close(self) -> None:
        """Stop."""
        self.stop.set()
        self.thread.join()
        for server in self.servers:
            server.close()

    def _move(self) -> None:
        while not self.stop.wait(0.1):
            self._score()
            self._judge()
            self._train()
            self._receive()
            for consumer in (self.classifier, self.collector):
                _consume(consumer)
            for process in (self.classifier, self.collector, self.trainer, self.gateway):
                _restart(process)

    def _score(self) -> None:
        self.classifier.alerts.labels("wazuh").inc(10)
        self.classifier.scores.labels("true_positive", "m1", "true").inc(8)
        self.classifier.surges.inc(3)
        self.classifier.decisions.labels("may_close").inc(7)
        self.classifier.unscored.labels("overload").inc(2)
        self.classifier.unscored.labels("no_model").inc()
        self.classifier.latency.observe(2.0)
        self.classifier.stage.labels("encode").observe(0.006)
        self.classifier.queue_depth.set(3)
        self.classifier.cache.labels("hit").inc(9)
        self.classifier.cache.labels("miss").inc()
        self.classifier.swaps.labels("refused").inc()
        self.classifier.not_taken.set(1)
        self.classifier.model.labels("m1").set(1)
        self.classifier.snapshots.labels("written").inc()
        self.classifier.snapshot_age.set(30)
        self.classifier.catching_up.set(1)
        self.classifier.replayed.inc(100)

    def _judge(self) -> None:
        self.collector.judged.labels(*SHOWN_TP).inc(4)
        self.collector.judged.labels(*SHOWN_FP).inc(1)
        self.collector.judged.labels(*MISSED).inc(1)
        self.collector.withdrawn.labels(*SHOWN_TP).inc(1)
        self.collector.withdrawn.labels(*SHOWN_FP).inc(0)
        self.collector.withdrawn.labels(*MISSED).inc(0)
        self.collector.audited_weight.labels("m1", "true_positive").inc(1)
        self.collector.audited_weight_withdrawn.labels("m1", "true_positive").inc(0)
        self.collector.verdicts.labels("true_positive", "human").inc(5)
        self.collector.commit.observe(0.01)

    def _train(self) -> None:
        self.trainer.running.set(1)
        for gauge in (self.trainer.progress, self.trainer.loss, self.trainer.holdout_loss, self.trainer.f1):
            gauge.set(0.5)
        self.trainer.speed.set(40)
        self.trainer.new_verdicts.set(100)
        self.trainer.runs.labels("failed").inc()
        self.trainer.failures.set(2)
        self.trainer.holdout.labels("m1", "f1").set(0.9)

    def _receive(self) -> None:
        self.gateway.requests.labels("alerts", "207").inc()
        self.gateway.publish.observe(0.01)
        self.gateway.items.labels("alerts", "refused", "not_json").inc()
        self.gateway.items.labels("alerts", "unacknowledged", "not_acknowledged").inc()


def _consume(metrics: ConsumerMetrics) -> None:
    metrics.dead_letters.labels("not_json").inc()
    metrics.dead_letter_share.labels("siem.alerts").set(0.6)
    metrics.dead_letter_alarm.labels("siem.alerts").set(1)
    metrics.lag.labels("siem.alerts", "0").set(50)
    metrics.since_progress.set(500)
    metrics.ready.set(0)


def _restart(metrics: ProcessMetrics) -> None:
    metrics.started.set(time.time())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A Prometheus that has scraped and evaluated for a while."""
    folder = tmp_path_factory.mktemp("prometheus")
    exporters = Exporters()
    try:
        with prometheus(folder, targets=exporters.targets) as running:
            wait_until(
                lambda: any(float(one["value"][1]) > 20 for one in running.query("winnow:judged:net1h")),
                what="the recorded series",
            )
            yield running
    finally:
        exporters.close()


@pytest.mark.parametrize(("panel", "promql"), QUERIES, ids=[f"{title}-{n}" for n, (title, _) in enumerate(QUERIES)])
def test_every_query_of_the_dashboard_finds_something(server: Prometheus, panel: str, promql: str) -> None:
    """It parses, and gives numbers: a rate needs two scrapes, and each service is scraped at its own moment."""
    series: list[dict[str, Any]] = []

    def numbers() -> bool:
        series[:] = server.query(promql.replace("$__rate_interval", "10s"))
        return bool(series) and all(one["value"][1] != "NaN" for one in series)

    wait_until(numbers, what=f"numbers in {panel}; {series}")


def test_every_rule_is_healthy_and_every_alert_can_fire(server: Prometheus) -> None:
    """On a bad day each alert is at least pending, and each recorded series exists."""
    wait_until(lambda: all(rule["health"] == "ok" for rule in server.rules()), what="health")
    rules = server.rules()
    assert {rule["type"] for rule in rules} == {"alerting", "recording"}
    wait_until(lambda: not _silent(server), what=f"alerts other than {_silent(server)}")
    empty = [rule["name"] for rule in rules if rule["type"] == "recording" and not server.query(rule["name"])]
    assert empty == []


def _silent(server: Prometheus) -> list[str]:
    return [rule["name"] for rule in server.rules() if rule["type"] == "alerting" and not rule["alerts"]]


def test_precision_and_missed_attacks_are_what_the_counters_say(server: Prometheus) -> None:
    """Of four shown, judged and standing, three are attacks; one of four attacks was not shown."""
    precision = float(server.query('winnow:live_precision:1h{model_version="m1"}')[0]["value"][1])
    recall = float(server.query('winnow:live_recall_of_judged:1h{model_version="m1"}')[0]["value"][1])
    assert precision == pytest.approx(0.75, abs=0.03)
    assert recall == pytest.approx(0.75, abs=0.03)
    assert float(server.query('winnow:missed_attacks:1h{model_version="m1"}')[0]["value"][1]) > 1


def test_recall_by_the_audit_weighs_what_may_close(server: Prometheus) -> None:
    """Three attacks were shown and stand for every one that the audited stand for."""
    recall = float(server.query('winnow:live_recall:7d{model_version="m1"}')[0]["value"][1])
    assert recall == pytest.approx(0.75, abs=0.03)


def test_the_server_would_refuse_a_broken_query(server: Prometheus) -> None:
    """So the tests above mean something."""
    with pytest.raises(HTTPError):
        server.query("sum by (rate(")
    assert server.query("winnow_that_does_not_exist") == []


def test_the_deployed_configuration_is_valid() -> None:
    """By Prometheus' own checker, rules included."""
    done = subprocess.run(
        [executable("promtool"), "check", "config", DEPLOYED / "prometheus.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_committed_dashboard_is_the_generated_one() -> None:
    """Otherwise: python -m deploy.grafana.generate."""
    assert FILE.read_text() == rendered()


def test_every_panel_reads_the_provisioned_source_and_explains_itself() -> None:
    """Grafana finds the data source by its uid."""
    sources = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yaml").read_text())["datasources"]
    panels = [panel for panel in json.loads(FILE.read_text())["panels"] if panel["type"] != "row"]
    assert len(panels) == sum(len(row.panels) for row in ROWS)
    assert {panel["datasource"]["uid"] for panel in panels} == {source["uid"] for source in sources}
    assert all(panel["description"] for panel in panels)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


def test_the_dashboards_folder_is_the_one_that_is_mounted() -> None:
    """What the provider reads is where docker-compose.yml puts the dashboards."""
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/winnow.yaml").read_text())["providers"][0]
    compose = (Path(__file__).parents[2] / "docker-compose.yml").read_text()
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in compose
