"""What the trainer needs of its surroundings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from schemas import ModelEventV1, Serving
from services.core.example import Example
from services.core.gate import GateOutcome
from services.core.surges import Sighting
from services.runtime.metrics import TrainerMetrics
from services.runtime.store import ModelStore
from services.trainer.plan import RunPlan, RunResult
from services.trainer.workspace import Workspace

Clock = Callable[[], datetime]
"""The time, UTC."""

Launch = Callable[[Path, RunPlan], RunResult]
"""Does the run of a folder in a process of its own; raises RunFailed where it left no result."""


JudgeInShadow = Callable[[Serving, Serving | None, Sequence[Example]], GateOutcome]
"""Holds a candidate in shadow against the champion on these examples; raises RuntimeFailure where the store is away."""


class Buffer(Protocol):
    """The training buffer."""

    def examples(self) -> list[Example]:
        """All labelled examples, in a fixed order."""

    def recent(self) -> list[Sighting]:
        """What was scored of late, judged or not."""

    def human_verdicts(self) -> int:
        """How many verdicts of people can train; it falls only where something is forgotten."""


class Events(Protocol):
    """The topic of model events."""

    def latest(self) -> ModelEventV1 | None:
        """The newest event."""

    def announce(self, event: ModelEventV1) -> None:
        """Publish one and wait for the acknowledgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a trainer works with."""

    buffer: Buffer
    store: ModelStore
    events: Events
    workspace: Workspace
    launch: Launch
    judge_in_shadow: JudgeInShadow
    metrics: TrainerMetrics
    clock: Clock
