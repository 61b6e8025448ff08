"""ONNX Runtime sessions over a bundle's graphs, set the same wherever they run: other settings round otherwise."""

from collections.abc import Sequence

import onnxruntime as ort

CPU = "CPUExecutionProvider"
SLOW_ON_CPU = ("SkipLayerNormFusion",)
"""Rewritings of ONNX Runtime's that cost time on a CPU: its fused sum and normalisation adds up number by number, and
takes over four times what the two do apart (a tenth of the encoder's time; see `benchmarks/README.md`)."""


def graph_session(graph: bytes, *, providers: Sequence[str] = (CPU,)) -> ort.InferenceSession:
    """A session that takes one thread a run, and does not spin while it waits: the cores are Kafka's then.

    Where of several providers none but the CPU is left, it is the CPU's session.

    Raises whatever the runtime raises where the graph does not load; its errors share no class below Exception.
    """
    left_out = list(SLOW_ON_CPU) if tuple(providers) == (CPU,) else []
    made = ort.InferenceSession(graph, _options(), providers=list(providers), disabled_optimizers=left_out)
    return made if left_out or made.get_providers() != [CPU] else graph_session(graph)


def _options() -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options
