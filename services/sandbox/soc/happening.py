"""What happens: scenes in time, with the truth about them. Harmless runs and attack campaigns are lists of happenings."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from schemas import Verdict
from services.sandbox.soc.scene import Scene, Worded

_REPEATS, _ATTACK_REPEATS = (36, 56), (24, 36)
"""How often a repeated scene comes, at least and at most; attackers stop when they have what they came for."""
_PAUSE_SECONDS = (0.6, 1.2)
"""Between two of its times, around which each pause varies by half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is really behind an alert; `technique` is "" for what is harmless."""

    verdict: Verdict
    cause: str
    incident: str
    technique: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event that a rule sees, `at` seconds after the world's start."""

    at: float
    scene: Scene
    worded: Worded
    truth: Truth


def repeated(scene: Scene, truth: Truth, *, at: float, rng: Random) -> Iterator[Happening]:
    """The scene over and over, for about twenty to forty seconds, attackers and jobs in the same rhythm."""
    pause = rng.uniform(*_PAUSE_SECONDS)
    times = _ATTACK_REPEATS if truth.verdict is Verdict.TRUE_POSITIVE else _REPEATS
    for _ in range(rng.randint(*times)):
        yield Happening(at=at, scene=scene, worded=rng.choice(scene.wordings), truth=truth)
        at += pause * rng.uniform(0.5, 1.5)


def once(scene: Scene, truth: Truth, *, at: float, rng: Random) -> Iterator[Happening]:
    """The scene a single time."""
    yield Happening(at=at, scene=scene, worded=rng.choice(scene.wordings), truth=truth)
