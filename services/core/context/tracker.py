"""The tracker of one stream: alerts in, contexts out.

Version 2 counts with sums that fade (`sums`). It was chosen by what each feature adds on real alerts of scenarios that
were not learned from (`benchmarks/quality`): how busy the host is, how unusual what happens there is, how often the
rule fired there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log1p
from typing import Self

from schemas import AlertV1, ContextV1
from services.core.context.event import CLAMP, Event, event_of
from services.core.context.naming import joined
from services.core.context.sums import DAY, FORGOTTEN, HOUR, MINUTE, TEN_MINUTES, FadingSums, Kept, Past
from services.core.errors import SnapshotInvalid

CONTEXT_VERSION = 2

FEATURES: dict[int, tuple[str, ...]] = {
    2: (
        "rule_on_host_1m",
        "rule_on_host_1h",
        "rule_on_host_1d",
        "minutes_since_rule_on_host",
        "rule_on_entity_10m",
        "minutes_since_last_of_kind",
        "first_of_kind",
        "alerts_on_host_10m",
        "alerts_on_host_1h",
        "rules_on_host_10m",
        "novelty_on_host_1m",
        "novelty_on_host_1h",
        "rules_of_user_1h",
        "hosts_of_source_1h",
    ),
}
"""Names of the vector's places for every context version this build can serve; all but `first_of_kind` as log(1 + x).

Counts fade with the time constant their names end in. `rules_…` and `hosts_…` count distinct ones: what comes again
adds only what has faded since it last came. `novelty` adds 1 / (1 + rule_on_host_1d) for each alert: one where the rule
never fires, next to nothing where it always does. Minutes end at a week.
"""

REACH = timedelta(seconds=FORGOTTEN) + 2 * CLAMP
"""An alert received this much earlier than another weighs next to nothing in its context."""


KEYS = 20_000
"""Entities of each sort that are remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerState:
    """Everything a tracker knows; a copy that later alerts do not change."""

    complete: bool
    since: float | None
    sums: tuple[Kept, ...]


class ContextTracker:
    """The memory of one source partition; alerts go in once each, in the partition's order.

    `complete` says that the tracker begins where the stream does. Otherwise its contexts are marked partial until it
    has seen a day, its longest time constant, from `since` (epoch seconds) or its first alert on. At most `keys` of
    each sort of entity are remembered.
    """

    def __init__(self, *, complete: bool = True, since: float | None = None, keys: int = KEYS) -> None:
        self._complete = complete
        self._since = since
        self._rules = FadingSums((MINUTE, HOUR, DAY), keys=keys)
        self._kinds = FadingSums((TEN_MINUTES,), keys=keys)
        self._hosts = FadingSums((TEN_MINUTES, HOUR, TEN_MINUTES, MINUTE, HOUR), keys=keys)
        self._users = FadingSums((HOUR,), keys=keys)
        self._rules_of_users = FadingSums((), keys=keys)
        self._sources = FadingSums((HOUR,), keys=keys)
        self._hosts_of_sources = FadingSums((), keys=keys)
        of_people = (self._users, self._rules_of_users, self._sources, self._hosts_of_sources)
        self._all = (self._rules, self._kinds, self._hosts, *of_people)

    @classmethod
    def restored(cls, state: TrackerState, *, keys: int = KEYS) -> Self:
        """A tracker that goes on as the one would have whose state it is.

        Raises:
            SnapshotInvalid: it is the state of another kind of tracker.
        """
        tracker = cls(complete=state.complete, since=state.since, keys=keys)
        written, here = len(state.sums), len(tracker._all)
        if written != here:
            raise SnapshotInvalid(f"{written} sorts of entities were written down, this build has {here}")
        for sums, kept in zip(tracker._all, state.sums, strict=True):
            sums.restore(kept)
        return tracker

    def state(self) -> TrackerState:
        """Everything it knows now; quick, for nothing but the lists themselves is copied."""
        return TrackerState(complete=self._complete, since=self._since, sums=tuple(sums.kept() for sums in self._all))

    def observe(self, alert: AlertV1, *, received_at: datetime) -> ContextV1:
        """Take in one alert and tell what happened before it, itself not counted.

        `received_at` is Kafka's time of the alert (UTC).
        """
        return self.take(event_of(alert, received_at=received_at))

    def take(self, event: Event) -> ContextV1:
        """Take in one event and tell what happened before it, itself not counted."""
        at, rule, host, user, source = event
        self._since = at if self._since is None else self._since
        on_host = self._rules.add(joined(rule, host), (1.0, 1.0, 1.0), at=at)
        kind = self._kinds.add(joined(rule, host, user, source), (1.0,), at=at)
        values = (
            *map(log1p, on_host.sums),
            _minutes(on_host.age),
            log1p(kind.sums[0]),
            _minutes(kind.age),
            1.0 if kind.age is None else 0.0,
            *self._of_host(host, on_host, at=at),
            _distinct(self._users, self._rules_of_users, user, rule, at=at),
            _distinct(self._sources, self._hosts_of_sources, source, host, at=at),
        )
        partial = not self._complete and at - self._since < DAY
        return ContextV1(version=CONTEXT_VERSION, values=values, partial=partial)

    def _of_host(self, host: str, rule: Past, *, at: float) -> tuple[float, ...]:
        """How busy the host is, with how many rules, and how unusual that is for it."""
        if not host:
            return (0.0,) * 5
        novelty = 1.0 / (1.0 + rule.sums[-1])
        weights = (1.0, 1.0, _faded(rule.age, TEN_MINUTES), novelty, novelty)
        return tuple(map(log1p, self._hosts.add(host, weights, at=at).sums))


def _distinct(counts: FadingSums, members: FadingSums, owner: str, member: str, *, at: float) -> float:
    """How many different members the owner had in the last hour; this one counts from now on."""
    if not owner:
        return 0.0
    age = members.add(joined(owner, member), (), at=at).age
    return log1p(counts.add(owner, (_faded(age, HOUR),), at=at).sums[0])


def _faded(age: float | None, constant: float) -> float:
    """What has faded of a weight of one since then; all of it where there was none."""
    return 1.0 if age is None else 1.0 - exp(-age / constant)


def _minutes(age: float | None) -> float:
    return log1p((FORGOTTEN if age is None else age) / MINUTE)
