"""The simulated SOC's clock: activities become alerts in time order, the same for the same seed."""

import heapq
import json
from datetime import datetime, timedelta
from itertools import count
from random import Random

from services.sandbox.soc.activity import Activities
from services.sandbox.soc.alert import SimulatedAlert
from services.sandbox.soc.happening import Happening
from services.sandbox.soc.native import WRITERS
from services.sandbox.soc.pace import Pace


class SimulatedSoc:
    """A synthetic stream of alerts from `start` (UTC) on; nothing of it is real.

    The world begins at rest: after about forty seconds alerts come at `rate` a second in the mean.

    What it sends depends on the seed, the start, the rate and when the world changed, not on how often it is asked.
    """

    def __init__(self, *, seed: int, start: datetime, rate: float) -> None:
        rng = Random(seed)  # noqa: S311 - a simulation, no secret
        self._start = start
        self._pace = Pace(rng=rng, rate=rate, activities=Activities(rng=rng))
        self._coming: list[tuple[float, int, Happening]] = []
        self._second = 0
        self._serials = count(1)
        self._order = count()

    def due(self, until: datetime) -> list[SimulatedAlert]:
        """Everything since the last call up to and including `until`, in time order."""
        end = (until - self._start).total_seconds()
        self._plan(end)
        alerts = []
        while self._coming and self._coming[0][0] <= end:
            alerts.append(self._alert(heapq.heappop(self._coming)[2]))
        return alerts

    def change_world(self, at: datetime) -> None:
        """From `at` on, which must not lie before the last `due`, a new harmless cause and a new attack join.

        The new cause looks like attackers to who has not met it, the new attack like jobs.
        """
        self._pace.changed_at = (at - self._start).total_seconds()

    def _plan(self, end: float) -> None:
        while self._second <= end:
            for happening in self._pace.plan(self._second):
                heapq.heappush(self._coming, (happening.at, next(self._order), happening))
            self._second += 1

    def _alert(self, happening: Happening) -> SimulatedAlert:
        at, scene, truth = (
            self._start + timedelta(milliseconds=int(happening.at * 1000)),
            happening.scene,
            happening.truth,
        )
        document, alert_id = WRITERS[scene.rule.format](happening, at=at, serial=next(self._serials))
        return SimulatedAlert(
            at=at,
            format=scene.rule.format,
            key=scene.host.name.encode(),
            value=json.dumps(document, separators=(",", ":")).encode(),
            alert_id=alert_id,
            truth=truth.verdict,
            cause=truth.cause,
            incident=truth.incident,
            technique=truth.technique,
        )
