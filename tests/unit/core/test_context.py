"""The context: what happened before an alert, counted in a bounded memory."""

from collections.abc import Sequence
from math import exp, expm1, log1p

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import AlertV1, Rule
from schemas.alert import Entities, Host, Network, User
from services.core.context import (
    CONTEXT_VERSION,
    FEATURES,
    ContextTracker,
    host_of,
    rule_of,
)
from services.core.context.sums import DAY, FORGOTTEN, HOUR, MINUTE, TEN_MINUTES, FadingSums
from tests.messages import alert, at, kind_of

NAMES = FEATURES[CONTEXT_VERSION]


def event(minutes: float, *, rule: str = "R", host: str = "h", user: str = "u", source: str = "10.0.0.1") -> AlertV1:
    """An alert so many minutes after noon."""
    entities = Entities(host=Host(name=host), user=User(name=user), network=Network(source_ip=source))
    return alert(minutes=minutes, rule=Rule(id=rule), entities=entities)


def observed(*events: AlertV1, tracker: ContextTracker | None = None) -> list[dict[str, float]]:
    """The context of each, by the features' names; Kafka's time is the alert's own."""
    tracker = tracker or ContextTracker()
    contexts = [tracker.observe(one, received_at=one.observed_at) for one in events]
    return [dict(zip(NAMES, context.values, strict=True)) for context in contexts]


streams = st.lists(
    st.builds(
        event,
        st.integers(0, 90 * 60).map(lambda seconds: seconds / 60),
        rule=st.sampled_from("RS"),
        host=st.sampled_from(["h", "i", ""]),
        user=st.sampled_from(["u", ""]),
        source=st.sampled_from(["10.0.0.1", "10.0.0.2", ""]),
    ),
    max_size=40,
).map(lambda events: sorted(events, key=lambda one: one.observed_at))


def faded(ages: Sequence[float], constant: float) -> float:
    """What events of these ages in seconds come to, as a logarithm."""
    return log1p(sum(exp(-age / constant) for age in ages))


@settings(max_examples=60)
@given(streams)
def test_the_counts_are_those_of_a_plain_search_through_the_past(events: list[AlertV1]) -> None:
    """Against the whole history, kept in a list."""
    for place, (one, found) in enumerate(zip(events, observed(*events), strict=True)):
        past = [(before, (one.observed_at - before.observed_at).total_seconds()) for before in events[:place]]
        kind = [age for before, age in past if kind_of(before) == kind_of(one)]
        host = [(rule_of(before), age) for before, age in past if host_of(before) == host_of(one)]
        rule = [age for name, age in host if name == rule_of(one)]
        busy = [age for _, age in host] if host_of(one) else []
        assert found["rule_on_host_1m"] == pytest.approx(faded(rule, MINUTE))
        assert found["rule_on_host_1h"] == pytest.approx(faded(rule, HOUR))
        assert found["rule_on_host_1d"] == pytest.approx(faded(rule, DAY))
        assert found["minutes_since_rule_on_host"] == pytest.approx(log1p(min(rule, default=FORGOTTEN) / 60))
        assert found["rule_on_entity_10m"] == pytest.approx(faded(kind, TEN_MINUTES))
        assert found["minutes_since_last_of_kind"] == pytest.approx(log1p(min(kind, default=FORGOTTEN) / 60))
        assert found["first_of_kind"] == (not kind)
        assert found["alerts_on_host_10m"] == pytest.approx(faded(busy, TEN_MINUTES))
        assert found["alerts_on_host_1h"] == pytest.approx(faded(busy, HOUR))


def test_an_alert_does_not_count_itself() -> None:
    """The first has nothing before it."""
    first, second = observed(event(0), event(0.5))
    assert first["rule_on_host_1m"] == first["alerts_on_host_10m"] == first["novelty_on_host_1h"] == 0
    assert first["first_of_kind"] == 1
    assert second["rule_on_host_1m"] == pytest.approx(log1p(exp(-0.5)))
    assert second["minutes_since_last_of_kind"] == pytest.approx(log1p(0.5))


@given(streams, streams)
def test_no_context_looks_ahead(events: list[AlertV1], later: list[AlertV1]) -> None:
    """Whatever comes after, in whatever order of time."""
    assert observed(*events, *later)[: len(events)] == observed(*events)


def test_what_is_older_than_a_week_is_as_if_it_had_not_been() -> None:
    """Whatever the memory still holds."""
    contexts = observed(event(0), event(7 * 24 * 60 + 1))
    assert contexts[1] == contexts[0]


def test_alerts_without_a_host_or_user_are_not_one_host_or_user() -> None:
    """Nothing is known of what they have in common."""
    found = observed(event(0, rule="A", host="", user="", source=""), event(1, rule="B", host="", user="", source=""))[
        1
    ]
    apart = [name for name in NAMES if "_on_host" in name or "_of_user" in name or "_of_source" in name]
    assert all(found[name] == 0 for name in apart if not name.startswith("minutes"))


def test_a_source_that_goes_through_hosts_is_seen() -> None:
    """Distinct hosts of one source address, distinct rules of one user and on one host."""
    events = [event(0, rule=f"R{number}", host=f"h{number}") for number in range(5)]
    last = observed(*events, event(0, rule="R9", host="h4"))[-1]
    assert last["hosts_of_source_1h"] == log1p(5)
    assert last["rules_of_user_1h"] == log1p(5)
    assert last["rules_on_host_10m"] == log1p(1)


def test_the_same_again_is_no_other_rule_or_host() -> None:
    """Distinct ones are counted: a flood of one rule is one rule, and comes to the full one again as it fades."""
    last = observed(*[event(minutes) for minutes in range(30)])[-1]
    assert expm1(last["hosts_of_source_1h"]) == pytest.approx(exp(-1 / 60), abs=0.02)
    assert expm1(last["rules_of_user_1h"]) <= 1
    assert expm1(last["rules_on_host_10m"]) <= 1


def test_what_never_happens_on_a_host_is_new_there_and_what_always_does_is_not() -> None:
    """A flood of one rule adds less and less, another rule adds one."""
    flood = [event(0) for _ in range(50)]
    before, after = (observed(*flood, *more, event(0, rule="S"))[-1] for more in ((), (event(0, rule="T"),)))
    assert expm1(before["novelty_on_host_1h"]) < 5  # 1 + 1/2 + ... + 1/50
    assert expm1(after["novelty_on_host_1h"]) == pytest.approx(expm1(before["novelty_on_host_1h"]) + 1)


@pytest.mark.parametrize("minutes", [-600, 600])
def test_a_wrong_clock_moves_nobody_elses_window(minutes: float) -> None:
    """An alert's own time counts within five minutes of Kafka's, no further."""
    tracker = ContextTracker()
    tracker.observe(event(minutes), received_at=at(0))
    found = tracker.observe(event(6), received_at=at(6))
    expected = 11 if minutes < 0 else 1
    assert dict(zip(NAMES, found.values, strict=True))["minutes_since_last_of_kind"] == pytest.approx(log1p(expected))


def test_an_alert_that_comes_late_counts_as_if_it_came_with_the_latest() -> None:
    """Order in the partition is not order in time, and time does not run backwards for what was counted."""
    _, late, after = observed(event(4), event(2), event(5))
    assert late["minutes_since_last_of_kind"] == 0
    assert after["rule_on_entity_10m"] == pytest.approx(log1p(2 * exp(-1 / 10)))
    assert after["minutes_since_last_of_kind"] == pytest.approx(log1p(1))


def test_a_tracker_that_begins_in_the_middle_says_so_for_a_day() -> None:
    """Its counts may be too low until its longest time constant has passed."""
    tracker = ContextTracker(complete=False)
    times = (0, 1439, 1440, 1500)
    partial = [tracker.observe(event(minutes), received_at=at(minutes)).partial for minutes in times]
    assert partial == [True, True, False, False]
    assert not ContextTracker().observe(event(0), received_at=at(0)).partial


@given(streams)
def test_the_same_stream_gives_the_same_contexts(events: list[AlertV1]) -> None:
    """Training and serving, a replay and the first run."""
    assert observed(*events) == observed(*events)


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60))
def test_memory_is_bounded_by_keys_and_forgets_the_least_recent(keys: list[str]) -> None:
    """However many hosts there are."""
    sums = FadingSums((MINUTE,), keys=3)
    for key in keys:
        sums.add(key, (1.0,), at=0.0)
        assert len(sums) <= 3
    recent = list(dict.fromkeys(reversed(keys)))[:3]
    assert all(sums.add(key, (0.0,), at=0.0).age is not None for key in reversed(recent))


def test_a_million_entities_take_no_more_memory_than_the_bound() -> None:
    """Each alert a host, user and source of its own."""
    tracker = ContextTracker(keys=100)
    one = event(0)
    for number in range(10_000):
        named = {"host": Host(name=f"h{number}"), "user": User(name=f"u{number}")}
        entities = one.entities.model_copy(update=named | {"network": Network(source_ip=f"s{number}")})
        tracker.observe(one.model_copy(update={"entities": entities}), received_at=at(0))
    assert sum(map(len, tracker.state().sums)) <= 7 * 100


@given(st.lists(st.floats(0, 20 * DAY), min_size=1, max_size=50))
def test_a_sum_never_grows_by_waiting(times: list[float]) -> None:
    """It only fades, and never below nothing."""
    sums, last = FadingSums((HOUR,), keys=9), 0.0
    for time in sorted(times):
        held = sums.add("x", (1.0,), at=time).sums[0]
        assert 0 <= held <= last + 1
        last = held


def test_an_entity_is_named_by_what_there_is() -> None:
    """Rule id, else name, else title; host name, else address, else the connection's destination."""
    assert rule_of(event(0, rule="R-1")) == "R-1"
    assert rule_of(alert(rule=Rule(name="Brute force"))) == "Brute force"
    assert rule_of(alert(rule=Rule(), title="Odd login")) == "Odd login"
    assert host_of(alert(entities=Entities(host=Host(ip="10.0.0.9")))) == "10.0.0.9"
    assert host_of(alert(entities=Entities(network=Network(destination_ip="10.0.0.8")))) == "10.0.0.8"
    assert host_of(alert()) == ""
