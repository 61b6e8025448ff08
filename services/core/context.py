"""What happened around an alert: a small, bounded memory of the stream, read as a fixed vector of numbers.

Training and serving use the same tracker; the vector an alert was scored with travels in its score.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import log1p

from schemas import AlertV1, ContextV1

CONTEXT_VERSION = 1

MINUTE, TEN_MINUTES, HOUR = 60.0, 600.0, 3600.0
CLAMP = timedelta(minutes=5)
_PER_KEY = 512
_KEYS = 50_000


def _rule(alert: AlertV1) -> str:
    return alert.rule.id or alert.rule.name or alert.title


def _host(alert: AlertV1) -> str:
    entities = alert.entities
    return entities.host.name or entities.host.ip or entities.network.destination_ip


def _entity(alert: AlertV1) -> str:
    return f"{_host(alert)}\x1f{alert.entities.user.name}\x1f{alert.entities.network.source_ip}"


@dataclass(slots=True)
class _Recent:
    """The last events of one key as (time in epoch seconds, rule), at most `_PER_KEY` and an hour of them."""

    events: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=_PER_KEY))

    def since(self, start: float) -> int:
        return sum(1 for at, _ in self.events if at > start)

    def rules_since(self, start: float) -> int:
        return len({rule for at, rule in self.events if at > start})

    def add(self, at: float, rule: str) -> None:
        self.events.append((at, rule))
        while self.events[0][0] < at - HOUR:
            self.events.popleft()
