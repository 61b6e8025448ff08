"""What the simulated SOC did, as it happened: alerts sent, scores seen, swaps and kills, each with its time.

Filled by the traffic's threads, read when the play is over. Everything about truth comes from here, never from the
analysts' answers.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime

from schemas import ScoreV1
from services.sandbox.demo.live import Scored
from services.sandbox.soc import SimulatedAlert


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened once: a swap, a kill, the start of an act."""

    at: datetime
    what: str
    detail: str = ""


@dataclass(slots=True)
class Ledger:
    """The record of one demo."""

    alerts: dict[str, SimulatedAlert] = field(default_factory=dict)
    scores: dict[str, ScoreV1] = field(default_factory=dict)
    """The first score of each alert."""
    verdicts_sent: int = 0
    moments: list[Moment] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sent(self, alert: SimulatedAlert) -> None:
        """An alert is on its way."""
        with self._lock:
            self.alerts[alert.alert_id] = alert

    def scored(self, score: ScoreV1) -> SimulatedAlert | None:
        """A score was read; returns its alert the first time, None for a repeat or a stranger."""
        with self._lock:
            alert_id = score.alert.alert_id
            if alert_id in self.scores or alert_id not in self.alerts:
                return None
            self.scores[alert_id] = score
            return self.alerts[alert_id]

    def mark(self, what: str, at: datetime, detail: str = "") -> None:
        """Write down a moment."""
        with self._lock:
            self.moments.append(Moment(at=at, what=what, detail=detail))

    def between(self, start: datetime, end: datetime) -> list[Scored]:
        """The alerts of a span of their own time, each with its first score; those without one are left out."""
        with self._lock:
            chosen = [alert for alert in self.alerts.values() if start <= alert.at < end]
            return [(alert, self.scores[alert.alert_id]) for alert in chosen if alert.alert_id in self.scores]
