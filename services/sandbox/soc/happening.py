"""What happens: scenes in time, with the truth about them. All activities are lists of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from schemas import Verdict
from services.sandbox.soc.scene import Scene, Worded


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often a scene comes, at least and at most, and the mean seconds between two times, at least and at most."""

    times: tuple[int, int]
    pause: tuple[float, float]


ONCE = Rhythm(times=(1, 1), pause=(0.0, 0.0))
INSISTENT = Rhythm(times=(10, 16), pause=(0.8, 1.6))
"""What is done again and again for a quarter of a minute."""
LASTING = Rhythm(times=(36, 60), pause=(3.0, 7.0))
"""What runs on for minutes: within one minute it looks like what is insistent."""
BRISK = Rhythm(times=(10, 16), pause=(1.5, 3.0))
"""Between the two: over in half a minute, and until then as slow as a job may be."""


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


def played(scene: Scene, truth: Truth, rhythm: Rhythm, *, at: float, rng: Random) -> Iterator[Happening]:
    """The scene in a rhythm, each pause longer or shorter than the mean by up to half."""
    pause = rng.uniform(*rhythm.pause)
    for _ in range(rng.randint(*rhythm.times)):
        yield Happening(at=at, scene=scene, worded=rng.choice(scene.wordings), truth=truth)
        at += pause * rng.uniform(0.5, 1.5)
