"""What a model costs to run must stay what the machines it runs on were sized for."""

from collections.abc import Iterator

from services.core.bundle import GateReason
from services.core.gate.contest import Contestant, Footprint
from services.core.gate.policy import GatePolicy


def cost_rules(candidate: Contestant, champion: Contestant | None, policy: GatePolicy) -> Iterator[GateReason]:
    """Latency and size, where they were measured; of a champion too if it is to be compared with."""
    own = candidate.footprint
    if own is None:
        return
    theirs = champion.footprint if champion is not None else None
    yield _latency(own, theirs, policy)
    yield _size(own, theirs, policy)


def _latency(own: Footprint, theirs: Footprint | None, policy: GatePolicy) -> GateReason:
    limit = policy.latency_factor * theirs.p95_seconds if theirs else policy.first_latency_seconds
    return _within(
        "latency",
        own.p95_seconds,
        limit,
        f"{1000 * own.p95_seconds:.1f} ms of processor time for one alert (95th percentile, median of repeats), "
        f"{1000 * limit:.1f} ms are allowed ({_against(theirs, policy.latency_factor)})",
    )


def _size(own: Footprint, theirs: Footprint | None, policy: GatePolicy) -> GateReason:
    limit = policy.size_factor * theirs.size_bytes if theirs else policy.first_size_bytes
    text = f"{own.size_bytes / 1e6:.1f} MB, {limit / 1e6:.1f} MB are allowed ({_against(theirs, policy.size_factor)})"
    return _within("size", own.size_bytes, limit, text)


def _against(theirs: Footprint | None, factor: float) -> str:
    return f"{factor:g} times the champion's" if theirs else "a first model's limit"


def _within(rule: str, figure: float, limit: float, text: str) -> GateReason:
    return GateReason(rule=rule, passed=figure <= limit, figure=figure, limit=limit, text=text)
