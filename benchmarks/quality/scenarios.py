"""Whole scenarios of AIT-ADS in time order, each through its own tracker, and the part that is learned and judged."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.ait import example_of, step_of, stream
from services.core.context import ContextTracker
from services.core.example import Example

SCENARIOS = ("fox", "santos", "shaw", "wardbeck")
MOST = 40
"""Alerts of one name, host and attack step that are learned and judged, evenly spaced; floods are the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """All alerts of one scenario in time order, and the places of those that are left when floods are thinned.

    An example's `incident` is its attack step; harmless alerts have none.
    """

    name: str
    stream: tuple[Example, ...]
    places: tuple[int, ...]

    @property
    def thinned(self) -> list[Example]:
        """What is learned from, and judged."""
        return [self.stream[place] for place in self.places]


def scenario(name: str) -> Scenario:
    """Read a scenario and observe the context of each of its alerts.

    Raises:
        OSError: the data folder does not have it.
    """
    tracker = ContextTracker()
    examples = [example_of(record, tracker, incident=step_of(record)) for record in stream(name)]
    return Scenario(name=name, stream=tuple(examples), places=tuple(_thinned(examples)))


def _thinned(examples: Sequence[Example]) -> list[int]:
    """The places that are left of each flood of one name, host and step."""
    of_kind: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for place, one in enumerate(examples):
        of_kind[one.alert.title, one.alert.entities.host.name, one.incident].append(place)
    return sorted(place for kind in of_kind.values() for place in _spaced(kind))


def _spaced(places: list[int]) -> list[int]:
    if len(places) <= MOST:
        return places
    return [places[round(number * (len(places) - 1) / (MOST - 1))] for number in range(MOST)]
