"""Pace: when activities begin, so that alerts come at the wanted mean rate and in the wanted shares."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from services.sandbox.soc.activity import Activities
from services.sandbox.soc.catalogue import catalogue
from services.sandbox.soc.happening import Happening

Play = Callable[[float], list[Happening]]

@dataclass(slots=True, kw_only=True)
class _Stream:
    """One activity's share of the alerts, and how many alerts it may still send."""

    share: float
    play: Play
    credit: float = 0.0


@dataclass(slots=True, kw_only=True)
class Pace:
    """Plans the world second by second, in order; what is planned depends on nothing but the seed and the change."""

    rng: Random
    rate: float
    activities: Activities
    changed_at: float | None = None
    _streams: list[_Stream] = field(init=False)
    _new: list[_Stream] = field(init=False)

    def __post_init__(self) -> None:
        known, play = catalogue().activities, self.activities
        self._streams = [_Stream(share=known.campaign_share, play=lambda at: play.campaign(at=at))]
        for cause in known.causes:
            self._streams.append(_Stream(share=cause.share, play=lambda at, cause=cause: play.errand(cause, at=at)))
        for stream in self._streams:
            stream.credit = -self.rng.uniform(0.0, 20.0)
        robots, attack = known.changed.robots, known.changed.attack
        self._new = [
            _Stream(share=robots.share, play=lambda at: play.errand(robots, at=at)),
            _Stream(share=attack.share, play=lambda at: play.new_attack(attack, at=at)),
        ]

    def plan(self, second: int) -> Iterator[Happening]:
        """What begins in this second after the start; seconds must be planned in order."""
        is_changed = self.changed_at is not None and second >= self.changed_at
        streams = self._streams + (self._new if is_changed else [])
        whole = sum(stream.share for stream in streams)
        for stream in streams:
            stream.credit += self.rate * stream.share / whole
            while stream.credit > 0.0:
                happenings = stream.play(second + self.rng.random())
                stream.credit -= len(happenings)
                yield from happenings
