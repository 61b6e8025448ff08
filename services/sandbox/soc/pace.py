"""Pace: when activities begin, so that alerts come at the wanted mean rate and in the wanted shares."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Protocol

from services.sandbox.soc.activity import Activities
from services.sandbox.soc.catalogue import catalogue
from services.sandbox.soc.happening import Happening


class Play(Protocol):
    """Plays an activity that begins `at` seconds after the world's start."""

    def __call__(self, *, at: float) -> list[Happening]:
        """All that happens in it."""


_STANDING_SECONDS = 240.0
"""How long a lasting job runs in the mean: two scenes of some 48 times, 5 s apart."""
_OPENING_SECONDS = 30.0
"""In which the jobs that stand at the start come up."""


@dataclass(slots=True, kw_only=True)
class _Stream:
    """One activity's share of the alerts, how many it may still send, and whether it stands when the world begins."""

    share: float
    play: Play
    is_standing: bool = False
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
        robots, attack = known.changed.robots, known.changed.attack
        self._streams = [_Stream(share=known.campaign_share, play=play.campaign)]
        for cause in known.causes:
            is_standing = cause.repeated and cause.manner == "job"
            self._streams.append(_Stream(share=cause.share, play=partial(play.errand, cause), is_standing=is_standing))
        for stream in self._streams:
            stream.credit = -self.rng.uniform(0.0, 20.0)
        self._new = [
            _Stream(share=robots.share, play=partial(play.errand, robots)),
            _Stream(share=attack.share, play=partial(play.new_attack, attack)),
        ]

    def plan(self, second: int) -> Iterator[Happening]:
        """What begins in this second after the start; seconds must be planned in order."""
        is_changed = self.changed_at is not None and second >= self.changed_at
        streams = self._streams + (self._new if is_changed else [])
        whole = sum(stream.share for stream in streams)
        if second == 0:
            yield from self._opening(whole)
        for stream in streams:
            stream.credit += self.rate * stream.share / whole
            while stream.credit > 0.0:
                happenings = stream.play(at=second + self.rng.random())
                stream.credit -= len(happenings)
                yield from happenings

    def _opening(self, whole: float) -> Iterator[Happening]:
        """What is left of the jobs that would have begun before the start: each runs on for a part of its time."""
        for stream in self._streams:
            left = self.rate * stream.share / whole * _STANDING_SECONDS / 2 if stream.is_standing else 0.0
            while left > 0.0:
                end = self.rng.uniform(0.0, _STANDING_SECONDS)
                happenings = stream.play(at=self.rng.uniform(0.0, _OPENING_SECONDS))
                kept = [each for each in happenings if each.at < end]
                left -= len(kept)
                yield from kept
