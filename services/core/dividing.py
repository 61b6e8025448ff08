"""How labelled alerts are cut in two by time, without dividing an incident."""

from collections.abc import Callable, Iterable
from datetime import datetime

from services.core.example import Example


def time_of(example: Example) -> datetime:
    """When the alert was observed (UTC): no later than it was judged, whatever the clock of its sender said."""
    return min(example.alert.observed_at, example.decided_at)


def in_order(examples: Iterable[Example]) -> list[Example]:
    """By that time, the latest last; any order gives the same."""
    return sorted(examples, key=lambda example: (time_of(example), example.alert.alert_id, example.decided_at))


def unit_of(example: Example) -> str:
    """What is never divided: an incident, else the alert alone."""
    return f"incident {example.incident}" if example.incident else f"alert {example.alert.alert_id}"


def border(ordered: list[Example], share: float) -> datetime:
    """The time from which on the latest `share` of the examples, given in time order, lies."""
    return time_of(ordered[min(int(len(ordered) * (1 - share)), len(ordered) - 1)])


def divided(examples: Iterable[Example], at: datetime) -> tuple[list[Example], list[Example]]:
    """Those whose incident ended before a time, and the others."""
    examples = list(examples)
    late = {unit_of(example) for example in examples if time_of(example) >= at}
    return partition(examples, lambda example: unit_of(example) not in late)


def partition(examples: list[Example], test: Callable[[Example], bool]) -> tuple[list[Example], list[Example]]:
    """Those that pass, and the others."""
    return [example for example in examples if test(example)], [example for example in examples if not test(example)]


def agreed(examples: list[Example]) -> list[Example]:
    """Those no analyst contests."""
    return [example for example in examples if not example.contested]
