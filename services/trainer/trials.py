"""What a search for hyper-parameters tried, and what it found."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.trainer.settings import TrainingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was tried, what it took, and the held-out loss it came to; none where it was given up or failed."""

    number: int
    values: Mapping[str, float]
    loss: float | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """The settings to train by, and all trials in their order."""

    settings: TrainingSettings
    trials: tuple[Trial, ...] = ()
