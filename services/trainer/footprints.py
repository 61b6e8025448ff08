"""What models cost to run: measured side by side, in the time that their thread had a processor.

A run stands back behind whoever scores, so by the clock on the wall an alert takes as long as others let it wait; on an
idle core both are the same.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from services.core.example import Example
from services.core.gate import Footprint
from services.trainer.graphs import Graphs

_TEXTS, _REPEATS = 50, 3


@dataclass(frozen=True, slots=True)
class Runnable:
    """A model's graphs, and the bytes of all files it needs."""

    graphs: Graphs
    size_bytes: int


def footprints(
    models: Mapping[str, Runnable], examples: Sequence[Example], *, clock: Callable[[], float] = time.thread_time
) -> dict[str, Footprint]:
    """What each model takes for one alert on one thread: rendering, tokenizer, encoder and head, nothing cached.

    Of the latest examples with distinct texts, models taking turns alert by alert. A percentile is the median of its
    value in each of three rounds: one disturbance decides nothing.
    """
    chosen = _distinct(examples, next(iter(models.values())).graphs) if models else []
    if not chosen:
        return {}
    for model in models.values():
        model.graphs.answer_anew(chosen[0])  # the first run of a session allocates
    rounds = [_round(models, chosen, clock) for _ in range(_REPEATS)]
    return {name: _footprint([found[name] for found in rounds], model.size_bytes) for name, model in models.items()}


def _distinct(examples: Sequence[Example], graphs: Graphs) -> list[Example]:
    latest = list(examples)[-20 * _TEXTS :]  # rendering many thousands to time fifty would take longer than timing
    by_text = dict(zip(graphs.texts(latest), latest, strict=True))
    return list(by_text.values())[-_TEXTS:]


def _round(
    models: Mapping[str, Runnable], examples: Sequence[Example], clock: Callable[[], float]
) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for example in examples:
        for name, model in models.items():
            began = clock()
            model.graphs.answer_anew(example)
            seconds[name].append(clock() - began)
    return seconds


def _footprint(rounds: Sequence[Sequence[float]], size_bytes: int) -> Footprint:
    p50, p95 = (median(float(np.quantile(seconds, share)) for seconds in rounds) for share in (0.5, 0.95))
    return Footprint(p50_seconds=p50, p95_seconds=p95, size_bytes=size_bytes)
