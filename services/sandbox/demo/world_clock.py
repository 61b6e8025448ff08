"""The simulated world's time: behind ours at first, as a SIEM is that has kept its alerts, then the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldClock:
    """A world that began `behind` before `began` (UTC), and runs `pace` times as fast as ours until it catches up.

    Raises:
        ValueError: at that pace it never would.
    """

    began: datetime
    behind: timedelta
    pace: float

    def __post_init__(self) -> None:
        if self.behind and self.pace <= 1.0:
            raise ValueError(f"a world that is behind must run faster than ours, not {self.pace:g} times as fast")

    @property
    def start(self) -> datetime:
        """When the world began, by its own time."""
        return self.began - self.behind

    def at(self, now: datetime) -> datetime:
        """The world's time."""
        return min(now, self.start + (now - self.began) * self.pace)
