"""The labelled alerts of AIT-ADS as the benchmarks read them: each scenario's in time order through its own tracker."""

from collections import defaultdict

from benchmarks.ait import by_time, example_of, step_of
from services.core.context import ContextTracker
from services.core.example import Example


def examples(*, every: int = 1) -> list[Example]:
    """All 11,581 alerts go through the trackers; each `every`th comes out."""
    trackers: defaultdict[str, ContextTracker] = defaultdict(ContextTracker)
    return [example_of(record, trackers[record["scenario"]]) for record in by_time()][::every]


def steps() -> dict[str, str]:
    """By alert id the attack step of its scenario, for attacks alone."""
    return {record["id"]: step_of(record) for record in by_time() if step_of(record)}
