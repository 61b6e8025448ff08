"""What verdicts tell of surges (`core.surges`): each rule's measure, and the odds that a surge is an attack.

The odds are learned as surges come: each alert beside what its rule did on earlier days where it was harmless. Days are
the evidence, by UTC, and not alerts or rules: one scan, or one night of updates, raises thousands of many rules.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from math import log
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from services.core.bundle import LABELS
from services.core.dividing import time_of
from services.core.example import Example
from services.core.surges import Odds, Surges, doublings_beyond, sighting

_FEWEST_DAYS = 2
"""Days with surges of attacks that must be known for odds, and days with harmless ones: where analysts judge but the
first alert of a harmless burst, no harmless surge is known, and those of attacks alone would tell that all are. A scan
over midnight is two days, and one that goes on counts each day anew."""


class _Fired(NamedTuple):
    """How often an alert's rule had fired on its host, as a logarithm."""

    fired: float
    is_attack: bool


class _Surge(NamedTuple):
    """An alert whose rule had fired more than twice as often as on earlier days."""

    doublings: float
    is_attack: bool
    day: date


_Days = Mapping[date, Sequence[_Fired]]


def learn_surges(examples: Sequence[Example]) -> Surges:
    """From the examples that a model learns from, one at least; partial contexts tell of too little."""
    rules = _by_rule(examples)
    labels = Counter(example.label.value for example in examples)
    return Surges(
        highest={rule: most for rule, days in rules.items() if (most := _highest(chain(*days.values()))) is not None},
        shares=tuple(labels[name] / len(examples) for name in LABELS),
        odds=_odds([surge for days in rules.values() for surge in _beyond_earlier_days(days)]),
    )


def _by_rule(examples: Iterable[Example]) -> Mapping[str, _Days]:
    found: defaultdict[str, defaultdict[date, list[_Fired]]] = defaultdict(lambda: defaultdict(list))
    for example in examples:
        seen = None if example.context.partial else sighting(example.alert, example.context)
        if seen is not None:
            found[seen.rule][time_of(example).date()].append(_Fired(seen.fired, example.is_attack))
    return found


def _highest(alerts: Iterable[_Fired]) -> float | None:
    """The highest count of harmless alerts; none where none is."""
    return max((each.fired for each in alerts if not each.is_attack), default=None)


def _beyond_earlier_days(days: _Days) -> Iterator[_Surge]:
    """A rule's surges, on each day beside the days before on which it was harmless."""
    highest: float | None = None
    for day in sorted(days):
        beyond = [
            (None if highest is None else doublings_beyond(highest, one.fired), one.is_attack) for one in days[day]
        ]
        yield from (_Surge(doublings, is_attack, day) for doublings, is_attack in beyond if doublings is not None)
        if (of_day := _highest(days[day])) is not None:
            highest = max(of_day, highest or 0.0)


def _odds(surges: Sequence[_Surge]) -> Odds | None:
    """Log-odds that rise with the doublings, by logistic regression, or are the same for all where they would fall.

    None where too few days tell. All attacks of a day weigh as much as those of another, and so do its harmless alerts.
    One more day of each is reckoned to come (Laplace's rule of succession), or a few days would make it certain.
    """
    sizes = Counter((each.day, each.is_attack) for each in surges)
    if min(sum(is_attack is label for _, is_attack in sizes) for label in (True, False)) < _FEWEST_DAYS:
        return None
    known = [(each.doublings, each.is_attack, 1 / sizes[each.day, each.is_attack]) for each in surges]
    mean = sum(far * weight for far, _, weight in known) / len(sizes)
    doublings, attacks, weights = map(np.array, zip(*known, (mean, True, 1.0), (mean, False, 1.0), strict=True))
    fit = LogisticRegression().fit(doublings[:, None], attacks, sample_weight=weights)
    if (slope := float(fit.coef_[0, 0])) > 0:
        return Odds(at_measure=float(fit.intercept_[0]), per_doubling=slope)
    return Odds(at_measure=log(weights[attacks].sum() / weights[~attacks].sum()), per_doubling=0.0)
