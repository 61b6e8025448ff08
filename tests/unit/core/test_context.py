"""The context: what happened before an alert, counted in a bounded memory."""

from datetime import timedelta
from math import log1p

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import AlertV1, Rule
from schemas.alert import Entities, Host, Network, User
from services.core.context import (
    CONTEXT_VERSION,
    FEATURES,
    ContextTracker,
    Window,
    Windows,
    host_of,
    kind_of,
    rule_of,
)
from tests.messages import alert, at

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


@settings(max_examples=60)
@given(streams)
def test_the_counts_are_those_of_a_plain_search_through_the_past(events: list[AlertV1]) -> None:
    """Against the whole history, kept in a list."""
    for place, (one, found) in enumerate(zip(events, observed(*events), strict=True)):
        past = [
            (before, (one.observed_at - before.observed_at).total_seconds())
            for before in events[:place]
            if one.observed_at - before.observed_at < timedelta(hours=1)
        ]
        kind = [age for before, age in past if kind_of(before) == kind_of(one)]
        host = [(rule_of(before), age) for before, age in past if host_of(before) == host_of(one) != ""]
        user, source = one.entities.user.name, one.entities.network.source_ip
        rules = {rule_of(before) for before, age in past if before.entities.user.name == user != "" and age < 600}
        hosts = {
            host_of(before) for before, age in past if before.entities.network.source_ip == source != "" and age < 600
        }
        expected = (
            log1p(sum(age < 60 for age in kind)),
            log1p(sum(age < 600 for age in kind)),
            log1p(len(kind)),
            log1p(sum(age < 60 for _, age in host)),
            log1p(sum(age < 600 for _, age in host)),
            log1p(len({rule for rule, age in host if age < 600})),
            log1p(len(rules)),
            log1p(len(hosts)),
            log1p(min(kind) / 60 if kind else 60),
            0.0 if kind else 1.0,
        )
        assert tuple(found.values()) == pytest.approx(expected)


def test_an_alert_does_not_count_itself() -> None:
    """The first has nothing before it."""
    first, second = observed(event(0), event(0.5))
    assert first["rule_on_entity_1m"] == 0
    assert first["first_of_kind"] == 1
    assert second["rule_on_entity_1m"] == log1p(1)
    assert second["minutes_since_last_of_kind"] == pytest.approx(log1p(0.5))


def test_what_is_older_than_an_hour_is_as_if_it_had_not_been() -> None:
    """Whatever the memory still holds: else a restart, which sees an hour again, would see something else."""
    contexts = observed(event(0), event(61))
    assert contexts[1] == contexts[0]


def test_alerts_without_a_host_or_user_are_not_one_host_or_user() -> None:
    """Nothing is known of what they have in common."""
    found = observed(event(0, rule="A", host="", user="", source=""), event(1, rule="B", host="", user="", source=""))[
        1
    ]
    assert all(found[name] == 0 for name in NAMES if "host" in name or "user" in name)


def test_a_source_that_goes_through_hosts_is_seen() -> None:
    """Distinct hosts of one source address, distinct rules on one host and user."""
    events = [event(number, rule=f"R{number}", host=f"h{number}") for number in range(5)]
    last = observed(*events, event(5, rule="R9", host="h4"))[-1]
    assert last["hosts_of_source_10m"] == log1p(5)
    assert last["rules_on_user_10m"] == log1p(5)
    assert last["rules_on_host_10m"] == log1p(1)


@pytest.mark.parametrize("minutes", [-600, 600])
def test_a_wrong_clock_moves_nobody_elses_window(minutes: float) -> None:
    """An alert's own time counts within five minutes of Kafka's, no further."""
    tracker = ContextTracker()
    tracker.observe(event(minutes), received_at=at(0))
    found = tracker.observe(event(6), received_at=at(6))
    expected = 11 if minutes < 0 else 1
    assert dict(zip(NAMES, found.values, strict=True))["minutes_since_last_of_kind"] == pytest.approx(log1p(expected))


def test_an_alert_that_comes_late_sees_only_what_was_before_it() -> None:
    """Order in the partition is not order in time."""
    _, late, after = observed(event(4), event(2), event(5))
    assert late["first_of_kind"] == 1
    assert after["rule_on_entity_10m"] == log1p(2)
    assert after["minutes_since_last_of_kind"] == pytest.approx(log1p(1))


def test_a_tracker_that_begins_in_the_middle_says_so_for_an_hour() -> None:
    """Its counts may be too low until its longest window has passed."""
    tracker = ContextTracker(complete=False)
    partial = [tracker.observe(event(minutes), received_at=at(minutes)).partial for minutes in (0, 59, 60, 90)]
    assert partial == [True, True, False, False]
    assert not ContextTracker().observe(event(0), received_at=at(0)).partial


@given(streams)
def test_the_same_stream_gives_the_same_contexts(events: list[AlertV1]) -> None:
    """Training and serving, a replay and the first run."""
    assert observed(*events) == observed(*events)


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60))
def test_memory_is_bounded_by_keys_and_forgets_the_least_recent(keys: list[str]) -> None:
    """However many hosts there are."""
    windows = Windows(keys=3)
    for key in keys:
        windows.touch(key).add(0.0, key)
        assert len(windows) <= 3
    recent = list(dict.fromkeys(reversed(keys)))[:3]
    assert all(windows.touch(key).events for key in reversed(recent))


def test_a_window_is_bounded_too() -> None:
    """A flood of one rule keeps its latest events."""
    window = Window(size=5)
    for second in range(100):
        window.add(float(second), "x")
    assert len(window.events) == 5
    assert window.count(at=99.0, seconds=60) == 5


@given(st.lists(st.floats(0, 20_000), min_size=1, max_size=50))
def test_a_window_holds_an_hour(times: list[float]) -> None:
    """What is older than an hour goes when something comes."""
    window = Window()
    for time in sorted(times):
        window.add(time, "x")
        assert all(then >= time - 3600 for then, _ in window.events)


def test_an_entity_is_named_by_what_there_is() -> None:
    """Rule id, else name, else title; host name, else address, else the connection's destination."""
    assert rule_of(event(0, rule="R-1")) == "R-1"
    assert rule_of(alert(rule=Rule(name="Brute force"))) == "Brute force"
    assert rule_of(alert(rule=Rule(), title="Odd login")) == "Odd login"
    assert host_of(alert(entities=Entities(host=Host(ip="10.0.0.9")))) == "10.0.0.9"
    assert host_of(alert(entities=Entities(network=Network(destination_ip="10.0.0.8")))) == "10.0.0.8"
    assert host_of(alert()) == ""
