"""The demo's page: what the gate decided is a list that a person reads from its top."""

import re
from datetime import UTC, datetime

from services.core.bundle import GateReason
from services.sandbox.demo.live import latency, live
from services.sandbox.demo.report import Alerts, DemoReport, Model, Verdict
from services.sandbox.demo.report_page import page

GATE = (
    GateReason(rule="recall_per_group", passed=False, text="recall -0.200; a loss of 0.020 is allowed"),
    GateReason(rule="support_attacks", passed=True, text="the holdout has 58 attacks"),
)


def rendered() -> str:
    """The page of a demo with one model, which was rejected."""
    model = Model(
        version="v1",
        decision="rejected",
        reasons=GATE,
        holdout={"precision": 0.3, "recall": 0.9, "f1": 0.4, "roc_auc": 0.5, "support": 200},
        baselines={},
        train_seconds=20,
        examples_per_second=100,
        training_examples=1000,
        live=live([(True, True, 0.9), (False, True, 0.8)]),
        live_baselines={"tfidf": live([(True, False, 0.1)])},
    )
    told = "v1 was rejected: recall -0.200; the holdout has 58 attacks; 6 more in the report"
    counted = dict.fromkeys(Alerts.model_fields, 0)
    return page(
        DemoReport(
            synthetic="Simulated.",
            passed=True,
            checks=[Verdict(act="4", name="the champion keeps serving", passed=True, text=told)],
            alerts=Alerts(**counted),
            latency_seconds=latency([0.1]),
            swaps=[],
            models=[model],
            acts=[],
            machine={"cores": 2},
            versions={},
            seed=7,
            rate=60,
            finished_at=datetime(2026, 3, 2, tzinfo=UTC),
        )
    )


def test_each_of_the_gates_reasons_stands_on_a_line_of_its_own_with_its_outcome() -> None:
    """The rule named, its conditions fainter."""
    models = rendered().partition("<h2>The models</h2>")[2].partition("<h2>The swaps</h2>")[0]
    first, second = (part.partition("</li>")[0] for part in models.split("<li>")[1:])
    assert ">failed<" in first
    assert "<strong>recall per group</strong>" in first
    assert '<span class="faint">a loss of 0.020 is allowed</span>' in first
    assert ">passed<" in second
    assert ">rejected</span>" in models


def test_a_checks_reasons_are_a_list_too() -> None:
    """What was decided first, then why."""
    checks = rendered().partition('id="checks"')[2]
    assert "v1 was rejected:<ul><li>recall -0.200</li><li>the holdout has 58 attacks</li>" in checks


def test_a_model_stands_beside_the_baselines_on_the_alerts_it_scored() -> None:
    """How many, how many attacks, its live F1 and average precision, and theirs."""
    rows = rendered().partition("<h2>Against simpler ways</h2>")[2].partition("<h2>The models</h2>")[0]
    assert re.findall(r">([^<>]+)</t[hd]>", rows.partition("<tbody>")[2]) == [
        "v1",
        "2",
        "1",
        "0.667, 1.000",
        "0.000, 1.000",
    ]
