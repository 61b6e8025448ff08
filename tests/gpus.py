"""A machine that takes its CPU for a GPU, where there is none: texts are encoded in batches, as they would be there."""

from typing import Any

import onnxruntime as ort
import pytest

from services.classifier import warming
from services.classifier.runs import Batches


def take_the_cpu_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """What loads a model finds its encoder on a GPU; the runs themselves are ONNX Runtime's on the CPU."""

    def on_the_cpu(graph: ort.InferenceSession, **how: Any) -> Batches:
        return Batches(graph, **how | {"device": "cpu"})

    monkeypatch.setattr(warming, "device_of", lambda _: "cuda")
    monkeypatch.setattr(warming, "Batches", on_the_cpu)
