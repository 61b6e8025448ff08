"""What the queueing benchmark holds waiting against, beside what is known in closed form."""

from itertools import islice, pairwise
from math import exp, factorial, floor

import pytest

from benchmarks.pacing import _times
from benchmarks.queueing import waiting_p95


def md1_waits_at_most(waiting: float, load: float) -> float:
    """Distribution of waiting in an M/D/1 queue, in services (Erlang 1909; Gross et al., Fundamentals of Queueing
    Theory, section 5.1.5).
    """
    terms = ((load * (k - waiting)) ** k / factorial(k) * exp(-load * (k - waiting)) for k in range(floor(waiting) + 1))
    return (1 - load) * sum(terms)


@pytest.mark.parametrize("load", [0.25, 0.5, 0.75])
def test_one_server_waits_as_erlang_found(load: float) -> None:
    """Within what so many draws can tell."""
    assert md1_waits_at_most(waiting_p95(load=load, servers=1, service=1.0), load) == pytest.approx(0.95, abs=0.005)


def test_waiting_has_the_unit_of_the_service_and_more_servers_shorten_it() -> None:
    """Twice as slow is twice as long."""
    one, two = (waiting_p95(load=0.5, servers=servers, service=1.0) for servers in (1, 2))
    assert two < one
    assert waiting_p95(load=0.5, servers=1, service=2.0) == pytest.approx(2 * one)


def test_alerts_come_at_their_rate_steadily_or_at_random() -> None:
    """The gaps of a Poisson process differ as much as they are long."""
    steady, random = (list(islice(_times(50.0, seed), 5000)) for seed in (None, 1))
    gaps = [after - before for before, after in pairwise(random)]
    assert steady[-1] == pytest.approx(4999 / 50)
    mean = sum(gaps) / len(gaps)
    assert mean == pytest.approx(1 / 50, rel=0.05)
    assert sum((gap - mean) ** 2 for gap in gaps) / len(gaps) == pytest.approx(mean**2, rel=0.1)
