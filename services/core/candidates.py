"""What the topic of model events is told of a bundle."""

from collections.abc import Sequence
from itertools import islice

from schemas import Candidate
from services.core.bundle import Manifest

MOST_REASONS = 64
"""Of an event's candidate, as its contract has it."""
_MOST_METRICS = 128


def candidate_of(manifest: Manifest, *, digest: str, reasons: Sequence[str]) -> Candidate:
    """A bundle as an event names it, what its manifest's bytes hash to, and why the event is.

    Where there are more figures than an event holds, the candidate's own come first, then the run's, then comparisons.
    """
    metrics = {name: estimate.value for name, estimate in manifest.metrics.items()}
    own = {name: value for name, value in metrics.items() if "." not in name}
    run = {
        name.removeprefix("run."): float(value)
        for name, value in manifest.settings.items()
        if name.startswith("run.") and isinstance(value, int | float)
    }
    return Candidate(
        version=manifest.version,
        manifest_sha256=digest,
        metrics=dict(islice((own | run | metrics).items(), _MOST_METRICS)),
        reasons=tuple(reasons)[:MOST_REASONS],
    )
