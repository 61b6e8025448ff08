"""How many tokens a run is given on this machine."""

from collections.abc import Callable

import pytest

from services.classifier.errors import ModelUnusable
from services.classifier.runs import Batches, OneByOne
from services.classifier.sessions import session
from services.classifier.warming import LONGEST_SECONDS, SIZES, best_size, runs_for
from services.core.bundle import ENCODER
from tests.bundles import encoder_graph
from tests.gpus import take_the_cpu_for_a_gpu


class _Machine:
    """Takes so long for a run: some seconds always, and some for each token."""

    def __init__(self, *, always: float, a_token: float) -> None:
        self.now = 0.0
        self.tried: list[int] = []
        self._always, self._a_token = always, a_token

    def run(self, size: int) -> None:
        self.tried.append(size)
        self.now += self._always + size * self._a_token


@pytest.mark.parametrize(
    ("always", "a_token", "best"),
    [
        (0.0, 1e-5, SIZES[0]),  # a CPU: no run is faster by its size
        (1e-3, 1e-7, 32_768),  # a GPU that has time to spare
        (1e-3, 1e-6, 8192),  # nearly as fast as four times as many, and nobody waits longer for it
        (5e-3, 4e-6, 8192),  # twice as many would take longer than a run may
        (1.0, 1e-6, SIZES[0]),  # so slow that even the smallest takes longer
    ],
)
def test_the_smallest_run_that_is_nearly_the_fastest_is_taken(always: float, a_token: float, best: int) -> None:
    """By tokens a second."""
    machine = _Machine(always=always, a_token=a_token)
    assert best_size(machine.run, clock=lambda: machine.now) == best


def test_runs_beyond_what_an_alert_may_wait_are_not_tried_on() -> None:
    """A slow machine is not warmed for long."""
    machine = _Machine(always=LONGEST_SECONDS, a_token=1e-6)
    best_size(machine.run, clock=lambda: machine.now)
    assert set(machine.tried) == set(SIZES[:2])


def test_a_size_that_does_not_fit_leaves_the_smaller_ones() -> None:
    """Memory may be short while another model serves; the smallest must fit."""

    def of(most: int) -> Callable[[int], None]:
        machine = _Machine(always=1e-3, a_token=1e-7)

        def run(size: int) -> None:
            machine.run(size)
            if size > most:
                raise ModelUnusable("out of memory")

        return run

    assert best_size(of(4096)) <= 4096
    with pytest.raises(ModelUnusable, match="memory"):
        best_size(of(1))


def test_on_a_cpu_texts_go_one_by_one() -> None:
    """Whatever is set."""
    graph = session(ENCODER, encoder_graph())
    assert isinstance(runs_for(graph, with_states=False, sample=[1], tokens=512), OneByOne)


@pytest.mark.parametrize("tokens", [0, 700])
def test_on_a_gpu_as_many_as_are_set_or_measured(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tokens: int
) -> None:
    """And the log has it."""
    graph = session(ENCODER, encoder_graph())
    take_the_cpu_for_a_gpu(monkeypatch)
    with caplog.at_level("INFO"):
        found = runs_for(graph, with_states=False, sample=[1, 2, 1], tokens=tokens)
    assert isinstance(found, Batches)
    assert found.tokens in ([tokens] if tokens else SIZES)
    assert [record.__dict__["run_tokens"] for record in caplog.records] == [found.tokens]
