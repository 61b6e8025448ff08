"""Folds for the check on labels: what stands or falls together lies in one fold, so that a fold holds only new places.

The gate's split goes by time (`services.core.splits`); folds go by group. Two examples share a group where they share
an incident, a rule on a host, a tenant (where there are several) or a cluster of near duplicates, and where a third
joins them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.core.caps import lot
from services.core.context import host_of, rule_of
from services.core.errors import DataError
from services.core.example import Example


@dataclass(frozen=True, slots=True, kw_only=True)
class Folds:
    """Which fold each example lies in, in the order they were given.

    What belongs together is undivided, so folds are only as equal as that allows.
    """

    of: tuple[int, ...]
    count: int

    def parts(self) -> Iterator[tuple[list[int], list[int]]]:
        """For each fold the places of the examples to learn from, and of those to judge by."""
        for fold in range(self.count):
            learned = [place for place, lies_in in enumerate(self.of) if lies_in != fold]
            yield learned, [place for place, lies_in in enumerate(self.of) if lies_in == fold]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    name: str
    places: tuple[int, ...]
    attacks: int


def folds(examples: Sequence[Example], *, count: int, seed: int, clusters: Sequence[Sequence[int]] = ()) -> Folds:
    """At most `count` folds of whole groups, about equal in attacks and in size.

    `clusters` are near duplicates, each a list of places in `examples`. Where there are fewer groups than folds, there
    are as many folds as groups. The outcome depends on the set of examples and the seed, not on their order.

    Raises:
        DataError: all examples belong together, so that nothing can be held out.
    """
    groups = _groups(examples, clusters)
    if len(groups) < 2:
        raise DataError("all labelled alerts belong to one group: collect verdicts on other rules, hosts or incidents")
    chosen = _dealt(groups, count=min(count, len(groups)), total=len(examples), seed=seed)
    of = [0] * len(examples)
    for group in groups:
        for place in group.places:
            of[place] = chosen[group.name]
    return Folds(of=tuple(of), count=min(count, len(groups)))


def _groups(examples: Sequence[Example], clusters: Sequence[Sequence[int]]) -> list[_Group]:
    """The connected components, by the smallest alert id they hold."""
    forest = _Forest(len(examples))
    for together in (*_sharing(examples).values(), *clusters):
        for place in together[1:]:
            forest.join(together[0], place)
    members: dict[int, list[int]] = defaultdict(list)
    for place in range(len(examples)):
        members[forest.root(place)].append(place)
    return sorted((_group(examples, places) for places in members.values()), key=lambda group: group.name)


def _group(examples: Sequence[Example], places: Sequence[int]) -> _Group:
    return _Group(
        name=min(examples[place].alert.alert_id for place in places),
        places=tuple(places),
        attacks=sum(examples[place].is_attack for place in places),
    )


def _sharing(examples: Sequence[Example]) -> Mapping[tuple[str, ...], list[int]]:
    """The places of the examples that have each key."""
    several = len({example.alert.tenant for example in examples} - {""}) > 1
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, example in enumerate(examples):
        for key in _keys(example, tenant=several):
            found[key].append(place)
    return found


def _keys(example: Example, *, tenant: bool) -> Iterable[tuple[str, ...]]:
    """What an example shares with others. No tenant's name is no tenant: it joins nobody."""
    yield "alert", example.alert.alert_id
    yield "rule on host", rule_of(example.alert), host_of(example.alert)
    if example.incident:
        yield "incident", example.incident
    if tenant and example.alert.tenant:
        yield "tenant", example.alert.tenant


def _dealt(groups: Sequence[_Group], *, count: int, total: int, seed: int) -> dict[str, int]:
    """A fold for each group, by name: the hardest to place first, each where it makes the folds least unequal.

    Unequal means the sum of squares of the folds' shares of all attacks and of all examples; in whole numbers, so that
    ties are ties. Among groups alike the lot decides who comes first.
    """
    attacks_in_all = sum(group.attacks for group in groups)
    attacks, sizes = [0] * count, [0] * count

    def added(fold: int, group: _Group) -> tuple[int, int]:
        more_attacks = group.attacks * (2 * attacks[fold] + group.attacks) * total * total
        size = len(group.places)
        return more_attacks + size * (2 * sizes[fold] + size) * attacks_in_all * attacks_in_all, sizes[fold]

    order = sorted(groups, key=lambda one: (-one.attacks, -len(one.places), lot(one.name, seed=seed), one.name))
    chosen: dict[str, int] = {}
    for group in order:
        fold = min(range(count), key=lambda fold: added(fold, group))
        chosen[group.name] = fold
        attacks[fold] += group.attacks
        sizes[fold] += len(group.places)
    return chosen


class _Forest:
    """Disjoint sets (Tarjan 1975, "Efficiency of a good but not linear set union algorithm", JACM 22), paths halved."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def root(self, place: int) -> int:
        """The set's representative."""
        above = self._above
        while above[place] != place:
            above[place] = above[above[place]]
            place = above[place]
        return place

    def join(self, one: int, other: int) -> None:
        """Make two sets one."""
        self._above[self.root(other)] = self.root(one)
