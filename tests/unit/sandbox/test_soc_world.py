"""The simulated SOC as a world: reproducible, varied, evenly spread, in its vendors' own JSON."""

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from kafka.partitioner.default import murmur2

from schemas import AlertV1, Verdict
from services.sandbox.soc import SimulatedAlert, SimulatedSoc
from services.sandbox.soc.catalogue import catalogue
from services.siem.reading import read_alerts

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MINUTES = 5
ATTACK = Verdict.TRUE_POSITIVE


def soc(seed: int = 11) -> SimulatedSoc:
    """A world at the demo's rate."""
    return SimulatedSoc(seed=seed, start=START, rate=45.0)


@pytest.fixture(scope="module")
def alerts() -> list[SimulatedAlert]:
    """Six minutes of the world."""
    return soc().due(START + timedelta(minutes=MINUTES))


@pytest.fixture(scope="module")
def read(alerts: list[SimulatedAlert]) -> list[AlertV1]:
    """The same alerts as the classifier reads them."""
    outcomes = [read_alerts(each.value, format_name=each.format, received_at=each.at) for each in alerts]
    return [only for (only,) in outcomes if isinstance(only, AlertV1)]


def test_the_same_seed_gives_the_same_alerts_in_whatever_steps_they_are_taken(alerts: list[SimulatedAlert]) -> None:
    """A demo that is a little slower than another still shows the same world."""
    world, taken, now = soc(), list[SimulatedAlert](), START
    while now < START + timedelta(minutes=MINUTES):
        now = min(now + timedelta(seconds=7.3), START + timedelta(minutes=MINUTES))
        taken += world.due(now)
    assert taken == alerts


def test_the_change_too_falls_the_same_whatever_the_steps() -> None:
    """What happens after the change depends on when it came, not on who asked how often."""
    one, other, end = soc(), soc(), START + timedelta(seconds=120)
    changed_at = START + timedelta(seconds=60)
    one.change_world(changed_at)
    whole = one.due(end)
    parts = other.due(START + timedelta(seconds=60) - timedelta(milliseconds=1))
    other.change_world(changed_at)
    parts += other.due(START + timedelta(seconds=90))
    parts += other.due(end)
    assert parts == whole


def test_another_seed_gives_another_world(alerts: list[SimulatedAlert]) -> None:
    """The seed is what a world depends on."""
    assert [each.value for each in soc(seed=12).due(START + timedelta(seconds=30))] != [
        each.value for each in alerts if each.at <= START + timedelta(seconds=30)
    ]


def test_alerts_come_in_time_order_at_the_rate_asked_for(alerts: list[SimulatedAlert]) -> None:
    """Once the world is in full swing."""
    times = [each.at for each in alerts]
    assert times == sorted(times)
    settled = sum(time >= START + timedelta(seconds=60) for time in times)
    assert 40.0 < settled / (MINUTES * 60 - 60) < 50.0


def test_every_alert_is_read_as_the_alert_the_simulator_says(alerts: list[SimulatedAlert], read: list[AlertV1]) -> None:
    """Each native value is valid for its vendor's reader, with the id, host and times the simulator knows."""
    assert [each.alert_id for each in read] == [each.alert_id for each in alerts]
    assert [each.observed_at for each in read] == [each.at for each in alerts]
    assert all(each.attack.tactics and each.attack.techniques for each in read)
    named = [(alert, each) for alert, each in zip(alerts, read, strict=True) if each.entities.host.name]
    assert len(named) > len(alerts) / 2
    assert all(alert.key.decode() == each.entities.host.name for alert, each in named)


def test_ids_are_unique(alerts: list[SimulatedAlert]) -> None:
    """An id names one alert."""
    assert len({each.alert_id for each in alerts}) == len(alerts)


def test_at_least_sixty_rules_fire_over_three_formats_and_eight_tactics(read: list[AlertV1]) -> None:
    """The issue's figures for the world's variety."""
    assert len({each.rule.id for each in read}) == len(catalogue().rules) >= 60
    assert {each.source for each in read} == {"wazuh", "suricata", "elastic"}
    assert min(Counter(each.source for each in read).values()) > len(read) / 5


def test_attacks_take_at_least_eight_tactics_and_name_their_techniques(alerts: list[SimulatedAlert]) -> None:
    """What is harmless names none."""
    tactic_of = {rule.technique: rule.tactic for rule in catalogue().rules}
    attacks = [each for each in alerts if each.truth is ATTACK]
    assert len({tactic_of[each.technique] for each in attacks}) >= 8
    assert all(each.technique == "" for each in alerts if each.truth is not ATTACK)


def test_about_a_fifth_of_all_alerts_are_attacks(alerts: list[SimulatedAlert]) -> None:
    """The rest is benign or false."""
    share = {verdict: count / len(alerts) for verdict, count in Counter(each.truth for each in alerts).items()}
    assert 0.15 < share[ATTACK] < 0.28
    assert min(share[Verdict.BENIGN_POSITIVE], share[Verdict.FALSE_POSITIVE]) > 0.15


def test_every_rule_fires_for_attacks_and_for_noise(alerts: list[SimulatedAlert], read: list[AlertV1]) -> None:
    """No rule alone tells the truth: each has at least a fiftieth of either kind."""
    truths: dict[str, Counter[bool]] = defaultdict(Counter)
    for alert, each in zip(alerts, read, strict=True):
        truths[each.rule.id][alert.truth is ATTACK] += 1
    shares = {rule: both[True] / both.total() for rule, both in truths.items()}
    assert {rule: share for rule, share in shares.items() if not 0.02 < share < 0.98} == {}


def test_four_partitions_share_the_load(alerts: list[SimulatedAlert]) -> None:
    """Keyed by host and spread by Kafka's own partitioner, none carries much more than a quarter."""
    counts = Counter((murmur2(each.key) & 0x7FFFFFFF) % 4 for each in alerts)
    assert max(counts.values()) < 0.34 * len(alerts)


def test_the_change_brings_a_harmless_cause_and_an_attack_that_were_not_there_before() -> None:
    """Both take about an eighth of the alerts, and both fire known rules."""
    world, changed_at = soc(), START + timedelta(seconds=100)
    world.change_world(changed_at)
    before, after = world.due(changed_at), world.due(START + timedelta(seconds=280))
    new = {each.name for each in (catalogue().activities.changed.robots, catalogue().activities.changed.attack)}
    assert not new & {each.cause for each in before}
    shares = Counter(each.cause for each in after)
    assert all(0.05 < shares[name] / len(after) < 0.15 for name in new)


def test_the_values_say_nothing_of_the_truth(alerts: list[SimulatedAlert]) -> None:
    """Cause, incident and truth are the simulator's alone."""
    for each in alerts[::50]:
        text = json.dumps(json.loads(each.value))
        assert each.incident not in text
        assert each.cause not in text
        assert each.truth.value not in text
