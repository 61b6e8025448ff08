"""What the classifier says of itself at /healthz and /readyz."""

from collections.abc import Callable

from services.classifier.models import Slot
from services.classifier.progress import Watchdog
from services.classifier.stream import Assignment
from services.runtime.http import State
from services.runtime.metrics import ClassifierMetrics


class Health:
    """Sound while alerts that wait are worked on; ready once it reads. A model is needed for neither."""

    def __init__(
        self, *, assignment: Assignment, slot: Slot, watchdog: Watchdog, monotonic: Callable[[], float]
    ) -> None:
        self._assignment = assignment
        self._slot = slot
        self._watchdog = watchdog
        self._monotonic = monotonic

    def show(self, metrics: ClassifierMetrics) -> None:
        """Have metrics say the same, worked out at each scrape: an event loop that stands still would set none."""
        metrics.since_progress.set_function(lambda: self._watchdog.idle_seconds(now=self._monotonic()))
        metrics.ready.set_function(lambda: float(self.ready().ok))

    def sound(self) -> State:
        """Red while alerts wait and none was finished for too long, or for so long nobody knew whether any wait."""
        now = self._monotonic()
        return State(
            ok=not self._watchdog.barks(now=now),
            facts={
                "model_version": self._slot.version,
                "lag": self._watchdog.lag,
                "seconds_since_progress": round(self._watchdog.idle_seconds(now=now), 1),
            },
        )

    def ready(self) -> State:
        """Green once the group has given this process its partitions, be they none because others have them."""
        partitions = self._assignment.partitions
        return State(
            ok=partitions is not None,
            facts={"partitions": len(partitions or ()), "model_version": self._slot.version},
        )
