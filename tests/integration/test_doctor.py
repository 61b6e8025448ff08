"""`winnow doctor` beside a real broker, with a model in service and without."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.sandbox.broker import EmbeddedKafka
from tests.classifiers import Stage
from tests.messages import alert


@pytest.fixture
def stage(kafka: EmbeddedKafka, tmp_path: Path) -> Iterator[Stage]:
    """Topics, group and store of this test's own."""
    made = Stage(kafka.bootstrap, tmp_path)
    yield made
    made.close()


def doctor(stage: Stage, *arguments: str) -> tuple[int, Any]:
    """Its exit code and what it says to a program."""
    done = subprocess.run(
        [sys.executable, "-m", "services.cli.app", "doctor", "--json", *arguments],
        env=stage.environment({"WINNOW_BUFFER__URL": f"sqlite:///{stage.folder / 'none.db'}"}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def test_all_is_sound_before_the_first_model_and_with_it(stage: Stage) -> None:
    """No model is no problem; the one that serves is loaded as a classifier would."""
    code, found = doctor(stage)
    assert code == 0, found
    assert "alerts pass unscored" in found[2]["text"]
    stage.announce(stage.publish("v1"))
    code, found = doctor(stage)
    assert code == 0, found
    assert "v1 serves" in found[2]["text"]
    assert "on the CPU, text by text" in found[2]["text"]


def test_a_damaged_model_in_service_is_a_problem(stage: Stage) -> None:
    """Every classifier would refuse it."""
    serving = stage.publish("v1")
    stage.announce(serving)
    (stage.folder / "store" / "alerts" / "v1" / "head.onnx").write_bytes(b"damaged")
    code, found = doctor(stage)
    assert code == 1
    assert [each["name"] for each in found if each["state"] == "PROBLEM"] == ["model"]


def test_a_stream_is_sized_by_its_newest_messages(stage: Stage) -> None:
    """Of twenty on the topic the last ten: they alone are large, and of one text."""
    stage.announce(stage.publish("v1"))
    small = [alert(f"winnow:t:{each}", title=f"{each}").to_bytes() for each in range(10)]
    large = [alert(f"winnow:t:{10 + each}", title="the same " * 20).to_bytes() for each in range(10)]
    for values in (small, large):
        stage.send(values, format_name="winnow")
    code, told = doctor(stage, "--size", "--alerts", "10")
    assert code == 0
    assert told["costs"]["new_share"] == 0.1
    assert told["costs"]["alert_bytes"] == pytest.approx(sum(map(len, large)) / 10)
