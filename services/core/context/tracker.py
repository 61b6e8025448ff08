"""The tracker of one stream: alerts in, contexts out.

Version 2 counts with sums that fade (`sums`). It was chosen by what each feature adds on real alerts of scenarios that
were not learned from (`benchmarks/quality`): how busy the host is, how unusual what happens there is, how often the
rule fired there.
"""

from datetime import datetime, timedelta
from math import exp, log1p

from schemas import AlertV1, ContextV1
from services.core.context.naming import host_of, kind_of, rule_of, source_of, user_of
from services.core.context.sums import DAY, FORGOTTEN, HOUR, MINUTE, TEN_MINUTES, FadingSums, Past

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

CLAMP = timedelta(minutes=5)
"""How far an alert's own time may lie from Kafka's: a sensor's wrong clock must not move everybody's counts."""
REACH = timedelta(seconds=FORGOTTEN) + 2 * CLAMP
"""An alert received this much earlier than another weighs next to nothing in its context."""


class ContextTracker:
    """The memory of one source partition; alerts go in once each, in the partition's order.

    `complete` says that the tracker begins where the stream does. Otherwise its contexts are marked partial until it
    has seen a day, its longest time constant. At most `keys` of each sort of entity are remembered.
    """

    def __init__(self, *, complete: bool = True, keys: int = 20_000) -> None:
        self._complete = complete
        self._first: float | None = None
        self._rules = FadingSums((MINUTE, HOUR, DAY), keys=keys)
        self._kinds = FadingSums((TEN_MINUTES,), keys=keys)
        self._hosts = FadingSums((TEN_MINUTES, HOUR, TEN_MINUTES, MINUTE, HOUR), keys=keys)
        self._users = FadingSums((HOUR,), keys=keys)
        self._rules_of_users = FadingSums((), keys=keys)
        self._sources = FadingSums((HOUR,), keys=keys)
        self._hosts_of_sources = FadingSums((), keys=keys)

    @property
    def remembered(self) -> int:
        """How many entities are remembered, all sorts together."""
        of_people = len(self._users) + len(self._rules_of_users) + len(self._sources) + len(self._hosts_of_sources)
        return len(self._rules) + len(self._kinds) + len(self._hosts) + of_people

    def observe(self, alert: AlertV1, *, received_at: datetime) -> ContextV1:
        """Take in one alert and tell what happened before it, itself not counted.

        `received_at` is Kafka's time of the alert (UTC).
        """
        at = _clamped(alert.observed_at, received_at)
        self._first = at if self._first is None else self._first
        rule, host, user, source = rule_of(alert), host_of(alert), user_of(alert), source_of(alert)
        on_host = self._rules.add(_pair(rule, host), (1.0, 1.0, 1.0), at=at)
        kind = self._kinds.add(kind_of(alert), (1.0,), at=at)
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
        partial = not self._complete and at - self._first < DAY
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
    age = members.add(_pair(owner, member), (), at=at).age
    return log1p(counts.add(owner, (_faded(age, HOUR),), at=at).sums[0])


def _pair(first: str, second: str) -> str:
    return f"{first}\x1f{second}"


def _faded(age: float | None, constant: float) -> float:
    """What has faded of a weight of one since then; all of it where there was none."""
    return 1.0 if age is None else 1.0 - exp(-age / constant)


def _minutes(age: float | None) -> float:
    return log1p((FORGOTTEN if age is None else age) / MINUTE)


def _clamped(observed_at: datetime, received_at: datetime) -> float:
    return min(max(observed_at, received_at - CLAMP), received_at + CLAMP).timestamp()
