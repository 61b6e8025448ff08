"""What a model costs to run must stay what the machines it runs on were sized for."""

from collections.abc import Iterator

from services.core.bundle import GateReason
from services.core.gate.contest import Contestant
from services.core.gate.policy import GatePolicy


def cost_rules(candidate: Contestant, champion: Contestant | None, policy: GatePolicy) -> Iterator[GateReason]:
    """Latency and size, where they were measured; of a champion too if it is to be compared with."""
    own = candidate.footprint
    if own is None:
        return
    theirs = champion.footprint if champion is not None else None
    slowest = policy.latency_factor * theirs.p95_seconds if theirs else policy.first_latency_seconds
    largest = policy.size_factor * theirs.size_bytes if theirs else policy.first_size_bytes
    against = f"{policy.latency_factor:g} times the champion's" if theirs else "a first model's limit"
    yield GateReason(
        rule="latency",
        passed=own.p95_seconds <= slowest,
        figure=own.p95_seconds,
        limit=slowest,
        text=(
            f"{1000 * own.p95_seconds:.1f} ms of processor time for one alert (95th percentile, median of repeats), "
            f"{1000 * slowest:.1f} ms are allowed ({against})"
        ),
    )
    against = f"{policy.size_factor:g} times the champion's" if theirs else "a first model's limit"
    yield GateReason(
        rule="size",
        passed=own.size_bytes <= largest,
        figure=own.size_bytes,
        limit=largest,
        text=f"{own.size_bytes / 1e6:.1f} MB, {largest / 1e6:.1f} MB are allowed ({against})",
    )
