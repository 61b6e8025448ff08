"""Gathering: an object's values by dotted path, once for all that is asked of it, within bounds."""

from dataclasses import dataclass, field

MANY = 64
"""How many items of a list are looked at."""
MOST_PATHS = 100_000
"""Different paths of one object: an everyday alert has a few hundred, the largest incidents some ten thousand."""
_LONGEST = 256
"""Characters of a path up to which it is followed: without a bound, deep nesting under long keys would fill memory."""

Values = dict[str, list[object]]


class CrowdedError(Exception):
    """There is more in it than is looked at."""


@dataclass(slots=True)
class Gathered:
    """What is in an object."""

    values: Values = field(default_factory=dict)
    """Whatever is at each path: scalars and objects, lists opened, nulls and empty strings left out."""
    size: int = 0
    """Fields and items that were looked at."""
    is_whole: bool = True
    """Whether nothing was left out that is far back in a list or behind long keys."""
    is_crowded: bool = False
    """Whether there are more than MOST_PATHS; nothing is there to be used then."""


def gathered(fields: dict[str, object]) -> Gathered:
    """All that is in an object. Where several keys lead to one path, `a` comes before `a.b`."""
    found = Gathered()
    try:
        _gather(fields, "", found)
        _check(fields, found)
    except CrowdedError:
        return Gathered(size=found.size, is_whole=False, is_crowded=True)
    return found


def _check(node: dict[str, object], found: Gathered) -> None:
    if len(node) > MOST_PATHS or len(found.values) > MOST_PATHS:
        raise CrowdedError


def _gather(node: dict[str, object], prefix: str, found: Gathered) -> None:
    """Add all that is below an object.

    Only where a key has a dot can two keys lead to one path, so that their order matters.
    """
    size = found.size + len(node)
    if size > MOST_PATHS:  # there are no more paths than fields and items
        _check(node, found)
    found.size = size
    values = found.values
    for key in sorted(node) if "." in "".join(node) else node:
        value = node[key]
        if value is None or value == "":
            continue
        path = prefix + key
        if len(path) > _LONGEST:
            found.is_whole = False
        elif isinstance(value, list):
            _gather_items(value, path, found)
        else:
            if path in values:
                values[path].append(value)
            else:
                values[path] = [value]
            if isinstance(value, dict):
                _gather(value, path + ".", found)


def _gather_items(node: list[object], path: str, found: Gathered) -> None:
    """As `_gather`, for a list at a path."""
    found.size += len(node)
    if len(node) > MANY:
        found.is_whole = False
    for item in node[:MANY]:
        if isinstance(item, list):
            _gather_items(item, path, found)
        elif item is not None and item != "":
            found.values.setdefault(path, []).append(item)
            if isinstance(item, dict):
                _gather(item, path + ".", found)
