"""One finding about labelled alerts."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_EXAMPLES = 10


class Severity(StrEnum):
    """A note informs, a warning costs the model something, with a blocker no model should be made."""

    NOTE = "note"
    WARNING = "warning"
    BLOCKER = "blocker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found, on how many rows (`count`, and their `share` of those looked at), and what it means.

    `examples` are at most ten alert ids. `about` names people, rules and hosts: it is for whoever may read the buffer,
    and travels neither with a bundle nor in logs; `effect` and `advice` name none.
    """

    name: str
    count: int
    share: float
    severity: Severity
    effect: str
    advice: str
    examples: tuple[str, ...] = ()
    about: tuple[str, ...] = ()


def few(ids: Iterable[str]) -> tuple[str, ...]:
    """The first ten ids in the order of their names, so that the same rows give the same examples."""
    return tuple(sorted(ids)[:_EXAMPLES])
