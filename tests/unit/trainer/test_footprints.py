"""Latency: models take turns, and one stall of the machine decides nothing."""

from collections.abc import Sequence

import numpy as np
import pytest

from services.core.example import Example
from services.trainer.footprints import Runnable, footprints
from services.trainer.graphs import Graphs
from services.trainer.sessions import Vector
from tests.learning import learnable

EXAMPLES = learnable(60)


class Clockwork(Graphs):
    """Graphs that take as long as they are told to, by a clock of their own."""

    def __init__(self, clock: list[float], takes: Sequence[float]) -> None:
        self.clock, self.takes, self.asked = clock, takes, 0

    def texts(self, examples: Sequence[Example]) -> list[str]:
        """What runs, so that many examples share a text."""
        return [one.alert.entities.process.command_line for one in examples]

    def answer_anew(self, example: Example) -> Vector:  # noqa: ARG002
        """Let the time pass."""
        self.clock[0] += self.takes[self.asked % len(self.takes)]
        self.asked += 1
        return np.zeros((1, 3), dtype=np.float32)


def test_a_percentile_is_the_middle_of_three_rounds() -> None:
    """Eighteen distinct texts; in the second round the machine stands still for a second at every alert."""
    clock = [0.0]
    texts = len({one.alert.entities.process.command_line for one in EXAMPLES})
    calm, stalled = [0.002] * texts, [1.0] * texts
    model = Clockwork(clock, [0.5, *calm, *stalled, *calm])  # the first run of all is not counted
    found = footprints({"it": Runnable(model, 7)}, EXAMPLES, clock=lambda: clock[0])["it"]
    assert model.asked == 1 + 3 * texts
    assert [found.p50_seconds, found.p95_seconds] == pytest.approx([0.002, 0.002])
    assert found.size_bytes == 7


def test_models_take_turns() -> None:
    """Each one's own time is counted, whatever the other takes."""
    clock = [0.0]
    models = {name: Runnable(Clockwork(clock, [seconds]), 1) for name, seconds in (("a", 0.01), ("b", 0.03))}
    found = footprints(models, EXAMPLES, clock=lambda: clock[0])
    assert [found[name].p95_seconds for name in ("a", "b")] == pytest.approx([0.01, 0.03])


def test_without_examples_nothing_is_measured() -> None:
    """And nothing is made up."""
    assert footprints({"a": Runnable(Clockwork([0.0], [1.0]), 1)}, []) == {}
