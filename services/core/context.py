"""What happened around an alert: a small, bounded memory of the stream, read as a fixed vector of numbers.

Training and serving use the same tracker; the vector an alert was scored with travels in its score, so the two cannot
differ. Version 1 counts; it is driven by the alerts' own times, clamped to Kafka's.
"""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from math import log1p

from schemas import AlertV1, ContextV1

CONTEXT_VERSION = 1

FEATURES: dict[int, tuple[str, ...]] = {
    1: (
        "rule_on_entity_1m",
        "rule_on_entity_10m",
        "rule_on_entity_1h",
        "alerts_on_host_1m",
        "alerts_on_host_10m",
        "rules_on_host_10m",
        "rules_on_user_10m",
        "hosts_of_source_10m",
        "minutes_since_last_of_kind",
        "first_of_kind",
    ),
}
"""Names of the vector's places for every context version this build can serve; counts and minutes as log(1 + x).

Nothing looks further back than an hour: the first of its kind is the first in an hour, and then the minutes are sixty.
"""

MINUTE, TEN_MINUTES, HOUR = 60.0, 600.0, 3600.0
CLAMP = timedelta(minutes=5)
"""How far an alert's own time may lie from Kafka's: a sensor's wrong clock must not move everybody's windows."""
REACH = timedelta(seconds=HOUR) + 2 * CLAMP
"""An alert received this much earlier than another cannot have part in its context."""


class Window:
    """The last hour of one key: at most `size` events, each a time (epoch seconds) and what happened."""

    __slots__ = ("events",)

    def __init__(self, *, size: int = 256) -> None:
        self.events: deque[tuple[float, str]] = deque(maxlen=size)

    def add(self, at: float, what: str) -> None:
        """Remember one event and forget those more than an hour older."""
        self.events.append((at, what))
        while self.events[0][0] < at - HOUR:
            self.events.popleft()

    def count(self, *, at: float, seconds: float) -> int:
        """How many events lie in the `seconds` before `at`."""
        return sum(at - seconds < then <= at for then, _ in self.events)

    def last(self, *, at: float) -> float | None:
        """When the latest event of the hour before `at` was."""
        return max((then for then, _ in self.events if at - HOUR < then <= at), default=None)

    def distinct(self, *, at: float, seconds: float) -> int:
        """How many different things happened in the `seconds` before `at`."""
        return len({what for then, what in self.events if at - seconds < then <= at})


class Windows:
    """Windows by key, the least recently touched forgotten first, so that memory is bounded by `keys`."""

    def __init__(self, *, keys: int) -> None:
        self._keys = keys
        self._windows: OrderedDict[str, Window] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def touch(self, key: str) -> Window:
        """The window of a key, made if need be, now the most recent one."""
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = Window()
            if len(self._windows) > self._keys:
                self._windows.popitem(last=False)
        self._windows.move_to_end(key)
        return window


class ContextTracker:
    """The memory of one source partition; alerts go in once each, in the partition's order.

    `complete` says that the tracker begins where the stream does. Otherwise its contexts are marked partial until it
    has seen an hour, its longest window.
    """

    def __init__(self, *, complete: bool = True, keys: int = 20_000) -> None:
        self._complete = complete
        self._first: float | None = None
        self._kinds = Windows(keys=keys)
        self._hosts = Windows(keys=keys)
        self._users = Windows(keys=keys)
        self._sources = Windows(keys=keys)

    def observe(self, alert: AlertV1, *, received_at: datetime) -> ContextV1:
        """Take in one alert and tell what happened before it, itself not counted.

        `received_at` is Kafka's time of the alert (UTC).
        """
        at = _clamped(alert.observed_at, received_at)
        self._first = at if self._first is None else self._first
        values = self._values(alert, at)
        self._remember(alert, at)
        partial = not self._complete and at - self._first < HOUR
        return ContextV1(version=CONTEXT_VERSION, values=values, partial=partial)

    def _values(self, alert: AlertV1, at: float) -> tuple[float, ...]:
        kind, host = self._kinds.touch(kind_of(alert)), self._hosts.touch(host_of(alert))
        user, source = self._users.touch(alert.entities.user.name), self._sources.touch(_source_of(alert))
        last = kind.last(at=at)
        return (
            log1p(kind.count(at=at, seconds=MINUTE)),
            log1p(kind.count(at=at, seconds=TEN_MINUTES)),
            log1p(kind.count(at=at, seconds=HOUR)),
            log1p(host.count(at=at, seconds=MINUTE)),
            log1p(host.count(at=at, seconds=TEN_MINUTES)),
            log1p(host.distinct(at=at, seconds=TEN_MINUTES)),
            log1p(user.distinct(at=at, seconds=TEN_MINUTES)),
            log1p(source.distinct(at=at, seconds=TEN_MINUTES)),
            log1p((HOUR if last is None else at - last) / MINUTE),
            1.0 if last is None else 0.0,
        )

    def _remember(self, alert: AlertV1, at: float) -> None:
        rule, host = rule_of(alert), host_of(alert)
        self._kinds.touch(kind_of(alert)).add(at, rule)
        if host:
            self._hosts.touch(host).add(at, rule)
        if alert.entities.user.name:
            self._users.touch(alert.entities.user.name).add(at, rule)
        if _source_of(alert):
            self._sources.touch(_source_of(alert)).add(at, host)


def rule_of(alert: AlertV1) -> str:
    """What names the rule: its id, else its name, else the alert's title."""
    return alert.rule.id or alert.rule.name or alert.title


def host_of(alert: AlertV1) -> str:
    """What names the machine: its name, else its address, else the connection's destination."""
    entities = alert.entities
    return entities.host.name or entities.host.ip or entities.network.destination_ip


def kind_of(alert: AlertV1) -> str:
    """The same rule on the same entity: host, user and source address."""
    return "\x1f".join((rule_of(alert), host_of(alert), alert.entities.user.name, _source_of(alert)))


def _source_of(alert: AlertV1) -> str:
    return alert.entities.network.source_ip


def _clamped(observed_at: datetime, received_at: datetime) -> float:
    return min(max(observed_at, received_at - CLAMP), received_at + CLAMP).timestamp()
