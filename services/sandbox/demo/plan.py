"""How long each act lasts and how fast alerts come."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SETTINGS = {
    "WINNOW_TRAINING__SYNTHETIC": "true",
    "WINNOW_TRAINING__SPLIT__NEWEST": "2200",
    "WINNOW_TRAINING__TRAINED_LAYERS": "1",
    "WINNOW_TRAINING__LEARNING_RATE": "0.002",
    "WINNOW_TRAINING__BATCH": "16",
    "WINNOW_TRAINING__SECONDS": "20",
    "WINNOW_TRAINING__ADVERSARIAL_ALERTS": "20",
    "WINNOW_TRAINING__AUGMENT": "0",
    "WINNOW_TRAINING__NEIGHBOURS": "200",
}
"""The services' settings in a demo: every model says that it learned from a simulation, and a run has 20 seconds for
fine-tuning and a smaller part in what comes after, so that three runs fit into the demo's eight minutes: few steps,
hence large ones, and no edited copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlan:
    """Seconds of each part, at `rate` alerts a second. `settings` are the services' (environment names and values)."""

    seed: int = 7
    rate: float = 40.0
    backlog_seconds: float = 100.0
    """How far back the alerts begin that the SIEM has kept, and sends first."""
    backlog_pace: float = 6.0
    """How many seconds of them it sends in one."""
    learn_seconds: float = 28.0
    """Act 1: no model; verdicts gather."""
    serve_seconds: float = 26.0
    """Act 2, after the swap: the first model serves."""
    change_seconds: float = 80.0
    """Act 3, the world has changed: the old model still serves."""
    attempts: int = 2
    """Acts 2 and 3: runs until a model serves, at most."""
    again_seconds: float = 16.0
    """Before the next run after a refused one: verdicts gather."""
    renewed_seconds: float = 14.0
    """Act 3, after the swap: the second model serves."""
    careless_seconds: float = 10.0
    """Act 4: the careless analyst at work before the trainer runs."""
    guarded_seconds: float = 22.0
    """Act 4, after the gate's decision."""
    crash_seconds: float = 5.0
    """Act 5: before the kill, and again after the restart."""
    settle_seconds: float = 3.0
    """How long after a change alerts are not yet counted to either side."""
    judge_quality: bool = True
    """Whether the acts' checks on precision and recall decide; a short run is too small for them."""
    settings: Mapping[str, str] = field(default_factory=lambda: dict(SETTINGS))


_SHORT = {
    "WINNOW_TRAINING__SPLIT__NEWEST": "1500",
    "WINNOW_TRAINING__SECONDS": "12",
    **{f"WINNOW_TRAINING__GATE__FLOOR_{figure}": "0" for figure in ("RECALL", "F1", "AVERAGE_PRECISION")},
}
"""A short run learns too little to reach a floor; what is seen is that its model is judged, swapped in and served."""


def short_plan(seed: int = 7) -> DemoPlan:
    """Every act, each as short as it can be and still happen; for tests."""
    return DemoPlan(
        seed=seed,
        learn_seconds=24,
        serve_seconds=5,
        change_seconds=8,
        attempts=1,
        renewed_seconds=4,
        careless_seconds=6,
        guarded_seconds=3,
        crash_seconds=4,
        settle_seconds=1,
        judge_quality=False,
        settings={**SETTINGS, **_SHORT},
    )
