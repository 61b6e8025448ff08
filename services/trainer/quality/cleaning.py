"""What is left out before the split: named steps in a fixed order, each a plain function that says what it did.

No step can hide an attack: but for contexts that cannot be read at all, of every incident, and of every text with its
context and label, at least one row stays, and no contested row is left out. The same set of examples gives the same
rows, whatever its order.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.core.caps import lot
from services.core.context import CONTEXT_VERSION
from services.core.example import Example
from services.trainer.quality.rows import Rows

REPEATS = 50
"""Rows that say exactly the same which are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a step did: rows in and out, and why it leaves rows out."""

    name: str
    rows_in: int
    rows_out: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What is left, in time order, and what each step did."""

    examples: tuple[Example, ...]
    steps: tuple[Step, ...]


def clean(rows: Rows, *, seed: int) -> Cleaned:
    """Apply all steps."""
    done = []
    for step in STEPS:
        rows, said = step(rows, seed)
        done.append(said)
    return Cleaned(examples=rows.examples, steps=tuple(done))


def readable_contexts(rows: Rows, seed: int) -> tuple[Rows, Step]:  # noqa: ARG001 - steps are alike
    """Leave out rows whose context is of another version: what their numbers mean is not known here."""
    kept = [place for place, example in enumerate(rows.examples) if example.has_current_context]
    return _left(rows, kept, "readable contexts", f"what has a context of another version than {CONTEXT_VERSION}")


def unified_repeats(rows: Rows, seed: int) -> tuple[Rows, Step]:
    """Of rows with the same text, context, label and incident keep fifty, those that two analysts confirmed first.

    Contexts are the same in coarse steps (`Rows.buckets`). Who is kept beyond that the lot decides, so that early and
    late repeats are thinned alike, attacks like the rest.
    """
    alike: dict[object, list[int]] = defaultdict(list)
    for place in range(len(rows)):
        alike[_said(rows, place)].append(place)
    kept = [place for places in alike.values() for place in _kept(rows.examples, places, seed)]
    why = f"what says the same (text, context, label, incident) as {REPEATS} rows that stay"
    return _left(rows, sorted(kept), "unified repeats", why)


STEPS: tuple[Callable[[Rows, int], tuple[Rows, Step]], ...] = (readable_contexts, unified_repeats)


def _said(rows: Rows, place: int) -> object:
    """What a row says; a contested one says something of its own."""
    example = rows.examples[place]
    return place if example.contested else (rows.buckets[place], example.label, example.incident)


def _kept(examples: Sequence[Example], places: list[int], seed: int) -> list[int]:
    def order(place: int) -> tuple[bool, float]:
        example = examples[place]
        return not example.is_confirmed, lot(example.alert.alert_id, seed=seed)

    return places if len(places) <= REPEATS else sorted(places, key=order)[:REPEATS]


def _left(rows: Rows, kept: list[int], name: str, why: str) -> tuple[Rows, Step]:
    left = rows if len(kept) == len(rows) else rows.at(kept)
    return left, Step(name=name, rows_in=len(rows), rows_out=len(left), why=why)
