"""The thin loop: Faust's stream of messages, each handed to the pipeline. Also what Faust says of its partitions."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

import faust

from services.classifier.contexts import Contexts
from services.classifier.handler import incoming_of
from services.classifier.pipeline import Pipeline
from services.classifier.scorer import Clock
from services.classifier.snapshots import SnapshotWriter

log = logging.getLogger(__name__)

_WRITE_SECONDS = 5.0
"""How long a rebalance may wait for what we have to write down."""


class Assignment:
    """The partitions this process reads; none while it has not joined its group."""

    def __init__(self, contexts: Contexts, snapshots: SnapshotWriter) -> None:
        self._contexts = contexts
        self._snapshots = snapshots
        self.partitions: frozenset[tuple[str, int]] | None = None

    async def assigned(self, _: Any, partitions: Any = (), **__: Any) -> None:  # noqa: ANN401 - Faust's signal
        """Faust's group gave us these partitions, all we have from now on."""
        given = _names(partitions)
        await self._contexts.assign(given)
        self.partitions = given
        log.info("partitions assigned", extra={"partitions": len(self.partitions)})

    async def revoked(self, _: Any, partitions: Any = (), **__: Any) -> None:  # noqa: ANN401
        """Faust's group takes partitions away, nothing of them in flight; who has them next reads what we write."""
        try:
            async with asyncio.timeout(_WRITE_SECONDS):
                await self._snapshots.write(_names(partitions))
        except TimeoutError:
            log.warning("the contexts of partitions that went elsewhere are not written yet")

    def known(self) -> frozenset[tuple[str, int]]:
        """The partitions, as far as known."""
        return self.partitions or frozenset()


def follow_alerts(app: faust.App, topic: str, pipeline: Pipeline, assignment: Assignment, *, clock: Clock) -> None:
    """Have the application hand every message of the topic to the pipeline, and acknowledge when that says so.

    `noack().events()` and not `take`: Faust then acknowledges nothing by itself, and reads on while alerts are judged.
    """

    async def read(stream: Any) -> None:  # noqa: ANN401 - Faust's stream
        async for event in stream.noack().events():
            message = event.message
            incoming = incoming_of(message, timestamp=message.timestamp, now=clock())
            await pipeline.take(incoming, acknowledge=event.ack)

    alerts = app.topic(topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    app.agent(alerts, name="alerts")(read)
    app.on_partitions_revoked.connect(cast("Any", assignment.revoked))
    app.on_partitions_assigned.connect(cast("Any", assignment.assigned))


def _names(partitions: Any) -> frozenset[tuple[str, int]]:  # noqa: ANN401 - Faust's
    return frozenset((each.topic, each.partition) for each in partitions)


async def run_until(app: faust.App, stop: asyncio.Event, *, ending: Callable[[], None]) -> bool:
    """Run the application until `stop` is set, then let it finish what it began; whether it had not crashed by itself.

    `ending` is called when the end begins.
    """
    await app.start()
    waited = await app.wait(stop.wait())
    ending()
    await app.stop()
    return not waited.stopped
