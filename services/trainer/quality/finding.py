"""One finding about labelled alerts, and how it comes from the rows that it is about."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.trainer.quality.rows import Rows

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


def found(
    rows: Rows,
    name: str,
    places: Collection[int],
    *,
    effect: str,
    advice: str,
    severity: Severity = Severity.WARNING,
    about: tuple[str, ...] = (),
) -> list[Finding]:
    """The finding about the rows at these places; none where there are none."""
    if not places:
        return []
    return [
        Finding(
            name=name,
            count=len(places),
            share=len(places) / len(rows),
            severity=severity,
            effect=effect,
            advice=advice,
            examples=few(rows.ids(places)),
            about=about,
        )
    ]


def by_share(rows: Rows, places: Collection[int], *, much: float) -> Severity:
    """A warning where more than this share of the rows is concerned, else a note."""
    return Severity.WARNING if len(places) / len(rows) > much else Severity.NOTE


def few(ids: Iterable[str]) -> tuple[str, ...]:
    """The first ten ids in the order of their names, so that the same rows give the same examples."""
    return tuple(sorted(ids)[:_EXAMPLES])
