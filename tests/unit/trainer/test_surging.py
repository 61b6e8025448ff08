"""What verdicts tell of surges."""

from collections.abc import Iterator
from dataclasses import replace
from math import log1p

import pytest

from schemas import ContextV1, Verdict
from services.core.context import CONTEXT_VERSION, FEATURES
from services.core.example import Example
from services.core.surges import FEATURE, Odds, Surges, sighting
from services.trainer.surging import learn_surges
from tests.labelled import BP, FP, TP, example

DAY = 24 * 60.0


def _fired(times: float, label: Verdict = FP, *, rule: str = "noise", day: int = 0, partial: bool = False) -> Example:
    """An alert whose rule had fired so often on its host, on a day of its own number."""
    values = [log1p(times) if name == FEATURE else 0.0 for name in FEATURES[CONTEXT_VERSION]]
    context = ContextV1(version=CONTEXT_VERSION, values=tuple(values), partial=partial)
    return replace(example(0, label, minutes=day * DAY, rule=rule), context=context)


def _measure(surges: Surges, rule: str) -> float | None:
    seen = sighting(_fired(0, rule=rule).alert, _fired(0).context)
    assert seen is not None
    return surges.highest.get(seen.rule)


def test_a_rules_measure_is_the_most_it_fired_where_it_was_harmless() -> None:
    """Attacks and partial contexts do not count, nor one harmless alert among four attacks; a rule may have none."""
    surges = learn_surges(
        [
            *(_fired(times) for times in (2, 9, 0)),
            *[_fired(500, TP)] * 2,
            _fired(700, partial=True),
            _fired(400, day=5),
            *[_fired(500, TP, day=5)] * 4,
            _fired(4, BP, day=3),
            _fired(30, TP, rule="exfiltration"),
        ]
    )
    assert _measure(surges, "noise") == pytest.approx(log1p(9))
    assert _measure(surges, "exfiltration") is None
    assert surges.shares == pytest.approx((7 / 13, 1 / 13, 5 / 13))
    assert surges.odds is None


def _floods(*, of_attacks: float, of_noise: float, days: int = 12, size: int = 5) -> Iterator[Example]:
    """Every day some alerts, and each second day a flood of attacks or of noise in turn, so many times as many."""
    for day in range(days):
        yield _fired(1, day=day, rule=f"rule {day % 3}")
        attack = day % 2 == 0
        times = 2 * (of_attacks if attack else of_noise) - 1
        yield from [_fired(times, TP if attack else FP, day=day, rule=f"rule {day} of its own")] * size
        yield _fired(1, day=day + days, rule=f"rule {day} of its own")


def _odds(*, of_attacks: float, of_noise: float, days: int = 12) -> Odds:
    found = learn_surges([*_floods(of_attacks=of_attacks, of_noise=of_noise, days=days)]).odds
    assert found is not None
    return found


def test_the_odds_are_what_surges_beyond_other_days_were() -> None:
    """Attacks go 64 times beyond the measure of other days, noise four times; a day is not its own measure."""
    odds = _odds(of_attacks=64, of_noise=4)
    assert odds.chance(6) > 0.8
    assert odds.chance(2) < 0.2


def test_floods_of_attacks_alone_make_nothing_certain() -> None:
    """One harmless alert is reckoned to come."""
    assert 0.8 < _odds(of_attacks=64, of_noise=1, days=24).chance(6) < 0.99


def test_where_the_largest_floods_are_harmless_all_surges_are_alike() -> None:
    """As often attacks as surges were, here every second one: who goes further is not believed less."""
    odds = _odds(of_attacks=4, of_noise=64)
    assert odds.chance(2) == odds.chance(6) == pytest.approx(0.5)


def test_a_flood_counts_as_the_root_of_its_alerts() -> None:
    """One that was judged alert for alert, and went as far as the attacks, does not outvote six of them."""
    judged_whole = [_fired(2 * 64 - 1, day=1, rule="rule 1 of its own")] * 100
    odds = learn_surges([*_floods(of_attacks=64, of_noise=4), *judged_whole]).odds
    assert odds is not None
    assert 0.5 < odds.chance(6) < _odds(of_attacks=64, of_noise=4).chance(6)


@pytest.mark.parametrize("days", [8, 12])
def test_few_floods_tell_no_odds(days: int) -> None:
    """Ten at least, of both labels together."""
    surges = learn_surges([*_floods(of_attacks=64, of_noise=4, days=days)])
    assert (surges.odds is not None) is (days == 12)
