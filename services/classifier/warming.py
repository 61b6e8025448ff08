"""How an encoder is best run where it is: one text a run on a CPU, on a GPU as many tokens as were measured to do."""

import logging
import time
from collections.abc import Callable, Sequence

import onnxruntime as ort

from services.classifier.errors import ModelUnusable
from services.classifier.runs import Batches, OneByOne, Runs
from services.classifier.sessions import is_on_gpu

log = logging.getLogger(__name__)

SIZES = (512, 1024, 2048, 4096, 8192, 16_384, 32_768)
LONGEST_SECONDS = 0.05
"""A run is not to take longer, for whoever comes meanwhile waits for it."""
_ROUNDS = 3
_ENOUGH = 0.9
"""What a larger run is faster by than this is not worth its alerts' waiting."""


def runs_for(graph: ort.InferenceSession, *, with_states: bool, sample: Sequence[int], tokens: int = 0) -> Runs:
    """The way of running that suits where a graph is.

    On a GPU so many `tokens` a run, or as many as texts of the tokens of `sample` are encoded fastest with if it is 0.

    Raises:
        ModelUnusable: the graph failed, or gave something else than vectors.
    """
    if not is_on_gpu(graph):
        return OneByOne(graph, with_states=with_states)

    def of(size: int) -> Batches:
        return Batches(graph, tokens=size, with_states=with_states)

    size = tokens or best_size(lambda size: of(size)([sample] * (size // max(1, len(sample)))))
    log.info("texts are encoded together on the GPU", extra={"run_tokens": size, "measured": not tokens})
    return of(size)


def best_size(run: Callable[[int], object], *, clock: Callable[[], float] = time.perf_counter) -> int:
    """The smallest of `SIZES` that is nearly as fast as the fastest, by tokens a second.

    `run` takes a size and makes one run of it. What takes longer than a run may, or does not fit, is not tried on,
    beyond the first. A size's time is its shortest: others may be at work on the same machine.

    Raises:
        ModelUnusable: `run` does, of the smallest size.
    """
    speeds: dict[int, float] = {}
    for size in SIZES:
        try:
            run(size)  # the first of a size allocates
            seconds = min(_timed(run, size, clock) for _ in range(_ROUNDS))
        except ModelUnusable:
            if not speeds:
                raise
            break
        if speeds and seconds > LONGEST_SECONDS:
            break
        speeds[size] = size / max(seconds, 1e-9)
    return next(size for size, speed in speeds.items() if speed >= _ENOUGH * max(speeds.values()))


def _timed(run: Callable[[int], object], size: int, clock: Callable[[], float]) -> float:
    began = clock()
    run(size)
    return clock() - began
