"""What each alert is for, played to Prometheus' own rule tester: it fires then, and not on a day like any other."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tests.integration.prometheus_server import DEPLOYED, executable

JOBS = ("classifier", "collector", "trainer", "gateway")
FILES = sorted((DEPLOYED / "rules").glob("*.yml"))
GROUPS = [group for file in FILES for group in yaml.safe_load(file.read_text())["groups"]]
ALERTS = {rule["alert"]: rule for group in GROUPS for rule in group["rules"] if "alert" in rule}


def of(metric: str, values: str, *, job: str = "classifier", instance: str = "a:9100", **labels: str) -> dict[str, str]:
    """One series, scraped every 5 seconds, in promtool's notation; `_` is nothing."""
    named = ", ".join(
        f"{name}={json.dumps(value)}" for name, value in {"job": job, "instance": instance, **labels}.items()
    )
    return {f"{metric}{{{named}}}": values}


def all_up(*but: str) -> dict[str, str]:
    """Every service answers for two hours, but for these."""
    return {name: values for job in JOBS if job not in but for name, values in of("up", "1x1440", job=job).items()}


@dataclass(frozen=True, kw_only=True)
class Case:
    """An alert `after` some time of these series. Where it fires `says` is its summary, and of `labels` it is."""

    alert: str
    what: str
    series: Mapping[str, str]
    after: str
    says: str = ""
    labels: Mapping[str, str] = field(default_factory=lambda: {"job": "classifier", "instance": "a:9100"})

    def __str__(self) -> str:
        return f"{self.alert}: {self.what}"

    @property
    def expected(self) -> list[dict[str, object]]:
        """The alert as it is sent, or nothing."""
        rule = ALERTS[self.alert]
        annotations = {"summary": self.says, "action": rule["annotations"]["action"]}
        alert: dict[str, object] = {"exp_labels": {**self.labels, **rule["labels"]}, "exp_annotations": annotations}
        return [alert] if self.says else []


FIRES = [
    Case(
        alert="WinnowDown",
        what="no answer",
        series=all_up("collector") | of("up", "1x120 0x1320", job="collector"),
        after="14m",
        says="collector does not answer on a:9100",
        labels={"job": "collector", "instance": "a:9100"},
    ),
    Case(
        alert="WinnowDown",
        what="no container, and so no address, is left",
        series=all_up("collector") | of("up", "1x120 stale _x1314", job="collector"),
        after="14m",
        says="collector does not answer",
        labels={"job": "collector"},
    ),
    Case(
        alert="WinnowDown",
        what="it answers now and then",
        series=all_up("collector") | of("up", " ".join(["0 0 1"] * 500), job="collector"),
        after="40m",
        says="collector does not answer on a:9100",
        labels={"job": "collector", "instance": "a:9100"},
    ),
    Case(
        alert="WinnowRestarts",
        what="it waits half a minute for its broker, ends, and is started again",
        series=all_up() | of("process_start_time_seconds", " ".join(f"{35 * start}x5 _" for start in range(30))),
        after="3m",
        says="classifier on a:9100 starts again and again",
    ),
    Case(
        alert="WinnowNotReady",
        what="it is started again and again, and never gets as far",
        series=of("winnow_ready", " ".join(["0x5 _"] * 30), job="collector"),
        after="5m",
        says="collector on a:9100 has not been given its partitions, and reads nothing",
        labels={"job": "collector", "instance": "a:9100"},
    ),
    Case(
        alert="WinnowStandsStill",
        what="nothing has been finished for long",
        series=of("winnow_seconds_since_progress", "0+5x120"),
        after="4m",
        says="classifier on a:9100 finishes nothing although messages wait, or cannot learn whether any do",
    ),
    Case(
        alert="WinnowManyDeadLetters",
        what="every verdict is refused",
        series=of("winnow_dead_letter_alarm", "0x24 1x24", job="collector", topic="siem.feedback")
        | of("winnow_dead_letter_alarm", "0x54", job="collector", topic="winnow.scores"),
        after="4m",
        says="collector on a:9100 dead-letters an alarming share of siem.feedback",
        labels={"job": "collector", "instance": "a:9100", "topic": "siem.feedback"},
    ),
    Case(
        alert="WinnowManySurges",
        what="a third of the scores are surges'",
        series=of("winnow_scores_total", "0+30x1440") | of("winnow_surges_total", "0+10x1440"),
        after="60m",
        says="More than a quarter of the scores are not the model's own: their rules surge",
        labels={},
    ),
    Case(
        alert="WinnowModelNotTaken",
        what="the bundle was refused before the first scrape, and is not announced again",
        series=of("winnow_model_not_taken", "1x1440") | of("winnow_model_swaps_total", "1x1440", outcome="refused"),
        after="100m",
        says="classifier on a:9100 does not serve the model that was announced, but the one before, if any",
    ),
    Case(
        alert="WinnowTrainingFails",
        what="hours pass from one failure to the next",
        series=of("winnow_training_failures_in_a_row", "0x54 1x594 2x792", job="trainer")
        | of("winnow_training_runs_total", "0x54 1x594 2x792", job="trainer", outcome="failed"),
        after="119m",
        says="Training has failed 2 times in a row; the model in service stays",
        labels={"job": "trainer", "instance": "a:9100"},
    ),
    Case(
        alert="WinnowGatewayCannotPublish",
        what="one alert was not acknowledged",
        series=of("winnow_gateway_items_total", "0x18 1x54", job="gateway", outcome="unacknowledged"),
        after="3m",
        says="Kafka does not acknowledge what webhooks bring; the senders were told to try again",
        labels={},
    ),
]

QUIET = [
    Case(alert="WinnowDown", what="all answer", series=all_up(), after="60m"),
    Case(
        alert="WinnowDown",
        what="one of two was scaled away",
        series=all_up() | of("up", "1x120 0x8 stale _x1300", instance="b:9100"),
        after="11m40s",
    ),
    Case(
        alert="WinnowDown",
        what="a service needs a while until it answers",
        series=all_up("trainer") | of("up", "0x3 1x1430", job="trainer"),
        after="1m",
    ),
    Case(
        alert="WinnowRestarts",
        what="two releases in ten minutes",
        series=of("process_start_time_seconds", "100x54 400x54 700x594"),
        after="10m",
    ),
    Case(
        alert="WinnowNotReady",
        what="the group is shared out anew",
        series=of("winnow_ready", "1x54 0x30 1x54", job="collector"),
        after="7m",
    ),
    Case(
        alert="WinnowNotReady",
        what="it waits a minute for its broker at its start",
        series=of("winnow_ready", "0x18 1x594"),
        after="1m",
    ),
    Case(
        alert="WinnowManySurges",
        what="one flood of some minutes",
        series=of("winnow_scores_total", "0+30x720 21600+60x60 25200+30x600")
        | of("winnow_surges_total", "0x720 0+30x60 1800x600"),
        after="66m",
    ),
    Case(
        alert="WinnowModelNotTaken",
        what="a model is being loaded",
        series=of("winnow_model_not_taken", "0x54 1x12 0x594"),
        after="5m",
    ),
    Case(
        alert="WinnowTrainingFails",
        what="one run failed, the next did not",
        series=of("winnow_training_failures_in_a_row", "0x54 1x594 0x594", job="trainer"),
        after="30m",
    ),
]


@pytest.mark.parametrize("case", FIRES, ids=str)
def test_an_alert_fires_on_what_it_is_for(case: Case, tmp_path: Path) -> None:
    """Also on what is seen but once, and for as long as its cause lasts."""
    check(case, tmp_path)


@pytest.mark.parametrize("case", QUIET, ids=str)
def test_an_alert_is_silent_where_nobody_need_get_up(case: Case, tmp_path: Path) -> None:
    """Else nobody looks at the next one."""
    check(case, tmp_path)


def check(case: Case, folder: Path) -> None:
    """Have the rule tester compare."""
    test = {
        "interval": "5s",
        "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
        "alert_rule_test": [
            {"eval_time": case.after, "alertname": case.alert, "exp_alerts": case.expected},
        ],
    }
    file = folder / "test.yml"
    file.write_text(
        yaml.safe_dump({"rule_files": [str(one) for one in FILES], "evaluation_interval": "5s", "tests": [test]})
    )
    done = subprocess.run([executable("promtool"), "test", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
