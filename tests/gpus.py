"""A machine that takes its CPU for a GPU, where there is none: texts are encoded in batches, as they would be there."""

import pytest

from services.classifier import warming


def take_the_cpu_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """What loads a model finds its encoder on a GPU; the runs themselves are ONNX Runtime's on the CPU."""
    monkeypatch.setattr(warming, "is_on_gpu", lambda _: True)
