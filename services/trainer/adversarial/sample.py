"""Which attacks are tried: a bounded, fixed choice in which no noisy incident has more than its turn."""

from collections.abc import Sequence

from services.core.caps import lot
from services.core.example import Example
from services.core.judged import group_of


def sampled(examples: Sequence[Example], *, limit: int, seed: int) -> tuple[Example, ...]:
    """At most `limit` attacks: one of each group in turn, groups and their attacks in the order of their lots."""
    groups: dict[str, list[Example]] = {}
    for example in sorted(examples, key=lambda one: lot(one.alert.alert_id, seed=seed)):
        if example.is_attack:
            groups.setdefault(group_of(example), []).append(example)
    order = sorted(groups, key=lambda name: lot(name, seed=seed))
    turns = max((len(group) for group in groups.values()), default=0)
    chosen = [groups[name][turn] for turn in range(turns) for name in order if turn < len(groups[name])]
    return tuple(chosen[:limit])
