"""What verdicts tell of surges (`core.surges`): each rule's measure, and the odds that a surge is an attack.

All alerts of a rule on one day (UTC) are a flood, be there many or few.
The odds are learned as they are used: each alert beside what its rule did on other days, where it was harmless. In
AIT-ADS scanners and stolen data go sixteen times and more beyond that, what is harmless but seldom eight.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from math import log
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from services.core.bundle import LABELS
from services.core.dividing import time_of
from services.core.example import Example
from services.core.surges import Odds, Sighting, Surges, doublings_beyond, sighting

_FEWEST = 10
"""Floods that must be known for odds, attacks and harmless alerts of one counted as two."""
_LEAST_HARMLESS = 0.25
"""Share of a flood's alerts that must be harmless, or it is one of attacks with some verdicts that are wrong."""
_Measures = dict[str, dict[date, float]]
"""Each rule's highest count in harmless alerts of each day that was not one of attacks."""


class _Seen(NamedTuple):
    """What an alert tells of its rule, on which day (UTC), and whether it was an attack."""

    sighting: Sighting
    day: date
    is_attack: bool


class _Surged(NamedTuple):
    """A surge beyond other days, and the flood it is of, attacks and harmless alerts apart."""

    doublings: float
    is_attack: bool
    flood: tuple[str, date, bool]


def learn_surges(examples: Sequence[Example]) -> Surges:
    """From the examples that a model learns from, one at least; partial contexts tell of too little."""
    seen = [*_seen(examples)]
    measures = _measures(seen)
    labels = Counter(example.label.value for example in examples)
    return Surges(
        highest={rule: max(days.values()) for rule, days in measures.items()},
        shares=tuple(labels[name] / len(examples) for name in LABELS),
        odds=_odds([*_beyond_other_days(seen, measures)]),
    )


def _seen(examples: Iterable[Example]) -> Iterator[_Seen]:
    for example in examples:
        found = None if example.context.partial else sighting(example.alert, example.context)
        if found is not None:
            yield _Seen(found, time_of(example).date(), example.is_attack)


def _measures(seen: Iterable[_Seen]) -> _Measures:
    """What stands in a flood of attacks is no measure, whatever its verdict: a wrong one would hide all others."""
    floods: defaultdict[tuple[str, date], list[_Seen]] = defaultdict(list)
    for each in seen:
        floods[each.sighting.rule, each.day].append(each)
    found: _Measures = defaultdict(dict)
    for (rule, day), flood in floods.items():
        harmless = [each.sighting.fired for each in flood if not each.is_attack]
        if len(harmless) >= _LEAST_HARMLESS * len(flood):
            found[rule][day] = max(harmless)
    return found


def _beyond_other_days(seen: Iterable[_Seen], measures: _Measures) -> Iterator[_Surged]:
    for (rule, fired), day, is_attack in seen:
        others = [highest for other, highest in measures.get(rule, {}).items() if other != day]
        doublings = doublings_beyond(max(others), Sighting(rule, fired)) if others else 0.0
        if doublings > 1:
            yield _Surged(doublings, is_attack, (rule, day, is_attack))


def _odds(surged: Sequence[_Surged]) -> Odds | None:
    """Log-odds that rise with the doublings, by logistic regression, or are the same for all where they would fall.

    None where too few floods tell. A flood counts as much as the root of its alerts: they are one event, yet tell how
    high it went. One attack and one harmless alert are reckoned to come (Laplace's rule of succession), or floods of
    one label would make it certain.
    """
    sizes = Counter(each.flood for each in surged)
    if len(sizes) < _FEWEST:
        return None
    mean = sum(each.doublings for each in surged) / len(surged)
    known = [(each.doublings, each.is_attack, sizes[each.flood] ** -0.5) for each in surged]
    doublings, attacks, weights = map(np.array, zip(*known, (mean, True, 1.0), (mean, False, 1.0), strict=True))
    fit = LogisticRegression().fit(doublings[:, None], attacks, sample_weight=weights)
    if (slope := float(fit.coef_[0, 0])) > 0:
        return Odds(at_measure=float(fit.intercept_[0]), per_doubling=slope)
    return Odds(at_measure=log(weights[attacks].sum() / weights[~attacks].sum()), per_doubling=0.0)
