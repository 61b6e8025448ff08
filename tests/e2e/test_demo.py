"""The whole of Winnow, once: a short demo with real Kafka, real training and a real kill, and the report it leaves."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.sandbox.demo.plan import short_plan
from services.sandbox.demo.run import run_demo


class Silent:
    """Keeps what it is told, for whoever reads the failure."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)

    def status(self, message: str) -> None:
        self.last = message


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short demo's folder, played once for all tests here."""
    made = tmp_path_factory.mktemp("e2e") / "demo"
    teller = Silent()
    run_demo(short_plan(), folder=made, teller=teller)
    print("\n".join(teller.said))  # noqa: T201 - shown with a failure
    return made


@pytest.fixture(scope="module")
def report(folder: Path) -> dict[str, Any]:
    """Its report."""
    found: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return found


pytestmark = pytest.mark.timeout(900)


def test_no_alert_is_lost_and_only_the_kill_repeats_some(report: dict[str, Any]) -> None:
    """Counted by a reader independent of the services."""
    alerts = report["alerts"]
    assert alerts["produced"] > 1000
    assert alerts["lost"] == 0
    assert alerts["repeated_outside_kill"] == 0
    assert alerts["scored"] + alerts["unscored"] + alerts["dead_lettered"] == alerts["produced"]


def test_unreadable_messages_became_dead_letters(report: dict[str, Any]) -> None:
    """As many as were sent."""
    assert report["alerts"]["dead_lettered"] == 5


def test_a_model_was_trained_judged_and_swapped_in(report: dict[str, Any], folder: Path) -> None:
    """The first candidate serves, and its bundle lies in the store with its reports."""
    assert report["models"][0]["decision"] == "promoted"
    assert report["swaps"][0]["version"] == report["models"][0]["version"]
    bundle = folder / "models" / "alerts" / report["models"][0]["version"]
    names = {path.name for path in bundle.iterdir()}
    assert {"manifest.json", "encoder.onnx", "head.onnx", "tokenizer.json", "card.md", "report.html"} <= names
    assert json.loads((bundle / "manifest.json").read_text())["data"]["synthetic"] is True


def test_every_act_is_measured_against_the_truth(report: dict[str, Any]) -> None:
    """Six spans of five acts, each with alerts and attacks in it."""
    assert [act["name"][0] for act in report["acts"]] == ["1", "2", "3", "3", "4", "5"]
    assert all(act["live"]["support"] > 0 for act in report["acts"])
    assert report["acts"][0]["live"]["recall"] == 1.0


def test_the_page_says_that_it_is_synthetic_and_needs_no_script(folder: Path) -> None:
    """Self-contained: nothing is loaded from anywhere."""
    page = (folder / "report.html").read_text()
    assert "Synthetic" in page
    assert "<script" not in page
    assert 'src="http' not in page
