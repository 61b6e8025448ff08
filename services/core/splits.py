"""Which examples a model learns from, is tuned on and is judged by.

Time decides: the holdout is the latest share of the alerts by their own time, calibration the latest share of what is
left, validation of what is left then, so that a model is always judged by what came after it learned. Training stops
by the validation part; temperature and thresholds are fitted on calibration, which nothing else has looked at. Where
that would hold too few attacks there is none, and validation serves for both. An incident is never divided: it lies
wholly where its last alert lies, hence nothing in training is as late as the holdout's border. Equal texts may lie on
both sides, as they do in real streams; how a model does on rules and hosts it has not met is reported apart
(`judged.Met`).

The anchor set is drawn from older verdicts that at least two analysts agree on. It is judged by and never learned
from; the lot falls by incident and seed alone, so as long as the seed stays, what judges once goes on judging.
Contested examples may be learned from (the latest verdict counts) and judge nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.core.bundle import LABELS
from services.core.caps import Caps, cap, lot
from services.core.dividing import agreed, border, divided, in_order, partition, time_of, unit_of
from services.core.errors import DataError
from services.core.example import Example
from services.core.judged import group_of

__all__ = ["Caps", "Split", "SplitPolicy", "held_since", "split"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPolicy:
    """How large the parts are.

    `minimum` is the fewest examples worth dividing, `newest` the most that are used: of more, the latest, counted after
    the caps, so that whoever gives the most verdicts does not crowd out all others. The anchor set takes
    `anchor_share` of the incidents (or single alerts) that qualify, at most `anchor_limit` examples, and none while
    fewer than `anchor_minimum` qualify. There is a calibration part from `calibration_minimum` independent attacks
    (`judged.group_of`) and as many harmless alerts on.
    """

    holdout_share: float = 0.2
    calibration_share: float = 0.15
    calibration_minimum: int = 50
    validation_share: float = 0.15
    caps: Caps = field(default_factory=Caps)
    minimum: int = 30
    newest: int = 50_000
    anchor_limit: int = 500
    anchor_share: float = 0.2
    anchor_minimum: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The five parts, each in time order and disjoint, and in words what was left out or cut, and why.

    `border` is the time (UTC) from which on alerts are held out.
    """

    training: tuple[Example, ...]
    validation: tuple[Example, ...]
    holdout: tuple[Example, ...]
    anchor: tuple[Example, ...]
    border: datetime
    notes: tuple[str, ...]
    calibration: tuple[Example, ...] = ()

    @property
    def tuning(self) -> tuple[Example, ...]:
        """What temperature and thresholds are fitted on: calibration, else validation."""
        return self.calibration or self.validation


def split(examples: Sequence[Example], *, policy: SplitPolicy, seed: int) -> Split:
    """Divide examples, the same way for the same set and seed, whatever their order.

    Raises:
        DataError: too few examples, a part would be empty, or attacks or harmless alerts are missing where a model
            must learn them; the message says what to do.
    """
    ordered, window = _newest(_usable(examples, policy), policy, seed)
    sure = agreed(ordered)
    _require(sure, "all verdicts are contested: have analysts agree on some")
    last = border(sure, policy.holdout_share)
    early, late = divided(ordered, last)
    anchor, learnable, notes = _anchored(early, policy, seed)
    learnable, calibration, said = _calibrated(learnable, policy)
    training, validation = _learning(learnable, policy)
    parts = {
        "training": training,
        "validation": agreed(validation),
        "calibration": agreed(calibration),
        "holdout": agreed(late),
    }
    capped = {name: cap(part, caps=policy.caps, seed=seed) for name, part in parts.items()}
    notes = [*window, *notes, *said]
    notes += _left_out({"validation": validation, "calibration": calibration, "holdout": late})
    notes += [f"{name}: {note}" for name, part in capped.items() for note in part.notes]
    _refuse_unlearnable({name: part.examples for name, part in capped.items()})
    return Split(
        training=capped["training"].examples,
        validation=capped["validation"].examples,
        calibration=capped["calibration"].examples,
        holdout=capped["holdout"].examples,
        anchor=tuple(anchor),
        border=last,
        notes=tuple(notes),
    )


def held_since(parts: Split, border: datetime) -> Split:
    """The split with a holdout of alerts observed from a time on: another model may have learned from earlier ones.

    Raises:
        DataError: none is left.
    """
    left = tuple(example for example in parts.holdout if time_of(example) >= border)
    _require(left, f"the model in service may have learned from every alert held out: collect verdicts after {border}")
    note = (
        f"holdout: {len(parts.holdout) - len(left)} alerts left out, from which the model in service may have learned"
    )
    return parts if len(left) == len(parts.holdout) else replace(parts, holdout=left, notes=(*parts.notes, note))


def _usable(examples: Sequence[Example], policy: SplitPolicy) -> list[Example]:
    strange = sorted({example.label for example in examples if example.label not in LABELS})
    if strange:
        raise DataError(f"verdicts that cannot train: {', '.join(strange)}; leave those examples out")
    if len(examples) < policy.minimum:
        raise DataError(f"{len(examples)} labelled alerts, at least {policy.minimum} are needed: collect more verdicts")
    return in_order(examples)


def _newest(ordered: list[Example], policy: SplitPolicy, seed: int) -> tuple[list[Example], list[str]]:
    """The latest examples, where there are more than are used, and a note."""
    if len(ordered) <= policy.newest:
        return ordered, []
    newest = cap(ordered, caps=policy.caps, seed=seed).examples[-policy.newest :]
    return list(newest), [f"the latest {len(newest)} of {len(ordered)} labelled alerts are used"]


def _anchored(early: list[Example], policy: SplitPolicy, seed: int) -> tuple[list[Example], list[Example], list[str]]:
    """The anchor set, what is left to learn from, and notes."""
    confirmed = [example for example in early if not example.contested and example.is_confirmed]
    if len(confirmed) < policy.anchor_minimum:
        return [], early, [f"anchor: none, {len(confirmed)} older verdicts are confirmed by two analysts"]
    chosen = _drawn(early, confirmed, policy, seed)
    anchor = [example for example in confirmed if unit_of(example) in chosen]
    learnable = [example for example in early if unit_of(example) not in chosen]
    unused = len(early) - len(anchor) - len(learnable)
    note = f"anchor: {len(anchor)} of {len(confirmed)} older verdicts that two analysts confirmed"
    return anchor, learnable, [f"{note}; {unused} more of the same incidents are left out of training"]


def _drawn(early: list[Example], confirmed: list[Example], policy: SplitPolicy, seed: int) -> set[str]:
    """Incidents drawn into the anchor set, by lot, as long as their examples fit and enough is left to learn from."""
    attacking = {unit_of(example) for example in early if example.is_attack}
    units = {unit_of(example) for example in early}
    places = {True: _places(len(attacking), policy), False: _places(len(units - attacking), policy)}
    sizes = Counter(unit_of(example) for example in confirmed)
    room, chosen = policy.anchor_limit, set()
    for draw, unit in sorted((lot(unit, seed=seed), unit) for unit in sizes):
        attack = unit in attacking
        if draw < policy.anchor_share and places[attack] and sizes[unit] <= room:
            chosen.add(unit)
            room -= sizes[unit]
            places[attack] -= 1
    return chosen


def _places(units: int, policy: SplitPolicy) -> int:
    """At most twice their share: among few incidents the lot may fall on nearly all."""
    return int(2 * policy.anchor_share * units)


def _calibrated(learnable: list[Example], policy: SplitPolicy) -> tuple[list[Example], list[Example], list[str]]:
    """What is left to learn from, the calibration part, and a note where it is empty."""
    sure = agreed(learnable)
    if not sure:
        return learnable, [], []
    earlier, latest = divided(learnable, border(sure, policy.calibration_share))
    attacks, harmless = partition(agreed(latest), lambda example: example.is_attack)
    units = len({group_of(example) for example in attacks})
    if min(units, len(harmless)) >= policy.calibration_minimum and _learnable(earlier):
        return earlier, latest, []
    found = f"{units} independent attacks and {len(harmless)} harmless alerts"
    note = f"calibration: none, it would hold {found}, {policy.calibration_minimum} of each are needed"
    return learnable, [], [f"{note}; temperature and threshold are fitted on the validation part"]


def _learnable(examples: list[Example]) -> bool:
    """Whether there are attacks and harmless alerts to learn from and to stop by."""
    attacks, harmless = partition(agreed(examples), lambda example: example.is_attack)
    return len({unit_of(example) for example in attacks}) > 1 and len(harmless) > 1


def _learning(learnable: list[Example], policy: SplitPolicy) -> tuple[list[Example], list[Example]]:
    """Training and validation; the latter reaches back until it holds an attack and a harmless alert."""
    sure = agreed(learnable)
    attacks, harmless = partition(sure, lambda example: example.is_attack)
    _require(attacks, "no attack (true_positive) before the holdout: collect verdicts on attacks")
    _require(harmless, "no harmless alert (benign_positive, false_positive) before the holdout: collect such verdicts")
    first = min(border(sure, policy.validation_share), time_of(attacks[-1]), time_of(harmless[-1]))
    return divided(learnable, first)


def _left_out(parts: dict[str, list[Example]]) -> list[str]:
    counts = {name: sum(example.contested for example in part) for name, part in parts.items()}
    return [f"{name}: {count} contested verdicts left out" for name, count in counts.items() if count]


def _refuse_unlearnable(parts: dict[str, tuple[Example, ...]]) -> None:
    _require(parts["holdout"], "no verdict is left to judge by: collect more recent verdicts")
    for name in ("training", "validation"):
        attacks = sum(example.is_attack for example in parts[name])
        _require(attacks, f"no attack (true_positive) is left in {name}: collect more verdicts on attacks")
        _require(len(parts[name]) - attacks, f"no harmless alert is left in {name}: collect more verdicts")


def _require(present: object, otherwise: str) -> None:
    if not present:
        raise DataError(otherwise)
