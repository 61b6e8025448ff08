"""No one analyst and no one rule dominates what a model learns from or is judged by."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from services.core.context import rule_of
from services.core.example import Example
from services.core.judged import analyst_of

_STEP = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The largest share of a part that one analyst, and one rule, may have.

    A cap that could hold only by throwing away more than `1 - keep` of the part is raised in steps of 0.05 until it
    can: with one analyst it is 1, with two who say equally much 0.5, and a newcomer's first verdicts do not shrink
    everybody else's to their number.
    """

    analyst_share: float = 0.35
    rule_share: float = 0.35
    keep: float = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Capped:
    """What is left, in the order it came, the caps that hold for it, and in words what was cut or raised."""

    examples: tuple[Example, ...]
    caps: Caps
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    example: Example
    analyst: str
    rule: str


def lot(name: str, *, seed: int) -> float:
    """A number in [0, 1) drawn for a name: the same for the same seed, whatever else is drawn (BLAKE2b, RFC 7693)."""
    digest = blake2b(name.encode(), digest_size=8, key=str(seed).encode()).digest()
    return int.from_bytes(digest, "big") / 2**64


def cap(examples: Sequence[Example], *, caps: Caps, seed: int) -> Capped:
    """Thin out whoever has more than their share, by lot, until both caps hold.

    The lot falls by alert id and seed alone, so the outcome does not depend on the examples' order.
    """
    drawn = sorted(examples, key=lambda example: (lot(example.alert.alert_id, seed=seed), example.decided_at))
    entries = [_Entry(example, analyst_of(example), rule_of(example.alert)) for example in drawn]
    used = replace(
        caps,
        analyst_share=_bearable(Counter(entry.analyst for entry in entries), caps.analyst_share, caps.keep),
        rule_share=_bearable(Counter(entry.rule for entry in entries), caps.rule_share, caps.keep),
    )
    kept = _thinned(entries, used)
    while len(kept) < caps.keep * len(entries):  # each can hold alone, both together cannot
        used = replace(used, analyst_share=_raised(used.analyst_share), rule_share=_raised(used.rule_share))
        kept = _thinned(entries, used)
    chosen = {id(entry.example) for entry in kept}
    remaining = tuple(example for example in examples if id(example) in chosen)
    return Capped(examples=remaining, caps=used, notes=_notes(entries, kept, caps, used))


def _bearable(counts: Counter[str], share: float, keep: float) -> float:
    """The smallest share from `share` on that leaves at least `keep` of all."""
    while share < 1 and _left(counts, share) < keep * counts.total():
        share = _raised(share)
    return share


def _raised(share: float) -> float:
    return min(round(share + _STEP, 6), 1.0)


def _left(counts: Counter[str], share: float) -> int:
    """How many are left when each may have at most `share` of what is left: the largest fixed point."""
    size, before = counts.total(), -1
    while size != before:
        size, before = sum(min(count, _limit(share, size)) for count in counts.values()), size
    return size


def _limit(share: float, size: int) -> int:
    return int(share * size + 1e-9)  # 0.35 * 20 is 6.999…


def _thinned(entries: list[_Entry], caps: Caps) -> list[_Entry]:
    kept, before = entries, -1
    while len(kept) != before:  # taking from one changes everybody's share
        before = len(kept)
        kept = _at_most(kept, _limit(caps.analyst_share, before), lambda entry: entry.analyst)
        kept = _at_most(kept, _limit(caps.rule_share, len(kept)), lambda entry: entry.rule)
    return kept


def _at_most(entries: list[_Entry], limit: int, key: Callable[[_Entry], str]) -> list[_Entry]:
    """The first `limit` of each key."""
    taken: Counter[str] = Counter()
    kept = []
    for entry in entries:
        name = key(entry)
        if taken[name] < limit:
            taken[name] += 1
            kept.append(entry)
    return kept


def _notes(entries: list[_Entry], kept: list[_Entry], wanted: Caps, used: Caps) -> tuple[str, ...]:
    """What happened, in words; people are counted and not named, for these words travel."""
    return (
        *_note(
            "analyst", [e.analyst for e in entries], [e.analyst for e in kept], wanted.analyst_share, used.analyst_share
        ),
        *_note("rule", [e.rule for e in entries], [e.rule for e in kept], wanted.rule_share, used.rule_share),
    )


def _note(kind: str, before: list[str], after: list[str], wanted: float, used: float) -> tuple[str, ...]:
    counts, left = Counter(before), Counter(after)
    notes = []
    if used > wanted:
        notes.append(f"the cap of {wanted:.0%} per {kind} cannot hold with {len(counts)}, {used:.0%} can")
    name, largest = max(counts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    if largest > _limit(used, len(before)):
        cut = f"the largest {kind}'s {largest} of {len(before)} ({largest / len(before):.0%})"
        share = left[name] / max(len(after), 1)
        notes.append(f"cap per {kind}: {cut} cut to {left[name]} of {len(after)} ({share:.0%})")
    return tuple(notes)
