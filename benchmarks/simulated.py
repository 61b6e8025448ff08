"""Examples from the simulated SOC, labelled with its truth: synthetic, so that a benchmark runs anywhere."""

from datetime import UTC, datetime, timedelta
from random import Random

from schemas import AlertV1
from services.core.context import ContextTracker
from services.core.example import Example
from services.sandbox.soc import SimulatedSoc
from services.siem.reading import read_alerts

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ANALYSTS = ("mara", "oskar", "priya", "tomas", "yuki")
_PARTITIONS = 4
_RATE = 60.0
_AT_REST = timedelta(seconds=40)
"""The world begins at rest; what happens until it is busy is observed, and no example."""


def simulated_examples(
    *, seconds: float, seed: int, judged_share: float = 0.8, second_opinion: float = 0.2
) -> list[Example]:
    """So many seconds of the busy world; `judged_share` of its alerts have a verdict, some two analysts', all right."""
    random = Random(seed)
    trackers = [ContextTracker() for _ in range(_PARTITIONS)]
    examples = []
    for each in SimulatedSoc(seed=seed, start=START, rate=_RATE).due(START + _AT_REST + timedelta(seconds=seconds)):
        (alert,) = read_alerts(each.value, format_name=each.format, received_at=each.at)
        if not isinstance(alert, AlertV1):
            raise TypeError(f"the simulator's alert cannot be read: {alert}")
        context = trackers[sum(each.key) % _PARTITIONS].observe(alert, received_at=each.at)
        names = random.sample(ANALYSTS, 2 if random.random() < second_opinion else 1)
        if random.random() < judged_share and each.at >= START + _AT_REST:
            examples.append(
                Example(
                    alert=alert,
                    context=context,
                    label=each.truth,
                    decided_at=each.at + timedelta(seconds=4),
                    analysts=tuple(names),
                    incident=each.incident if each.truth.value == "true_positive" else "",
                )
            )
    return examples
