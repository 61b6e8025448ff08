"""The one place where a classifier is put together, run and taken apart."""

import asyncio
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer
from prometheus_client import CollectorRegistry

from services.classifier.announcements import Announcements
from services.classifier.connections import Connections
from services.classifier.contexts import Contexts
from services.classifier.encoding import EncoderQueue
from services.classifier.health import Health
from services.classifier.history import History
from services.classifier.loading import load_served
from services.classifier.memory import remembered_beside
from services.classifier.models import Slot, Swapper
from services.classifier.observations import Observations
from services.classifier.outbox import Outbox
from services.classifier.overload import Patience
from services.classifier.past import OpenPast, kafka_pasts
from services.classifier.pipeline import Parts, Pipeline
from services.classifier.progress import LagMeter, Watchdog
from services.classifier.publisher import Publisher
from services.classifier.settings import ClassifierSettings, audit_of
from services.classifier.snapshots import SnapshotWriter
from services.classifier.stream import Assignment, follow_alerts, run_until
from services.runtime.dead_letters import DeadLetterAlarm
from services.runtime.errors import RuntimeFailure, SettingsInvalid, Unavailable
from services.runtime.faust_app import faust_app
from services.runtime.http import OperatorServer, serve
from services.runtime.logs import set_up_logs
from services.runtime.metrics import ClassifierMetrics
from services.runtime.reader import reader_of
from services.runtime.snapshot_files import SnapshotFiles

log = logging.getLogger(__name__)

_FIRST_MODEL_SECONDS = 15.0
"""How long alerts wait at start for the announced model to load, before they pass unscored."""
_SWITCH_SECONDS = 1e-4
"""How long a thread may keep the interpreter from another: with Python's 5 ms an encoder that has its vector waits that
long, again and again, while the event loop reads or publishes."""


def main() -> int:
    """Run one classifier; the exit code: 0 stopped, 1 failed, 2 unusable settings, 3 something needed is not there."""
    try:
        return run()
    except SettingsInvalid as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except Unavailable as error:
        log.critical("cannot start", extra={"reason": str(error)})
        return 3
    except RuntimeFailure as error:
        log.critical("cannot go on", extra={"reason": str(error)})
        return 1


def run(settings: ClassifierSettings | None = None) -> int:
    """Run one classifier until it is told to stop; 0 if it ended in order, else 1.

    Raises:
        SettingsInvalid, Unavailable: it cannot start.
    """
    settings = settings or ClassifierSettings.read()
    sys.setswitchinterval(_SWITCH_SECONDS)
    set_up_logs(settings.log, service="classifier")
    with tempfile.TemporaryDirectory(prefix="winnow-classifier-") as folder:
        return 0 if uvloop.run(_run(settings, Path(folder))) else 1


async def _run(settings: ClassifierSettings, folder: Path) -> bool:
    return await Classifier(settings, folder=folder).run()


def utc_now() -> datetime:
    """The process's clock."""
    return datetime.now(tz=UTC)


def _parts(
    settings: ClassifierSettings,
    metrics: ClassifierMetrics,
    publisher: Publisher,
    *,
    files: SnapshotFiles,
    past: OpenPast,
) -> Parts:
    """What the pipeline works with; SettingsInvalid where what reads the alerts is not usable."""
    own = settings.classifier
    alarm = DeadLetterAlarm(bound=own.dead_letter_share, window=own.dead_letter_window)
    observations = Observations(metrics, alarm=alarm, topic=settings.topics.alerts)
    reader = reader_of(settings.siem)
    outbox = Outbox(
        publisher, topics=settings.topics, observations=observations, clock=utc_now, bodies=not reader.is_private
    )
    history = History(
        files,
        past,
        reader=reader,
        most=own.catch_up_messages,
        remembered=remembered_beside(own.in_flight),
        replayed=metrics.replayed.inc,
    )
    return Parts(
        reader=reader,
        slot=Slot(metrics),
        encoder=EncoderQueue(
            threads=settings.encoder_threads,
            clock=utc_now,
            observations=observations,
            patience=Patience(seconds=own.patience_seconds, crowd=max(1, own.in_flight // 2), clock=utc_now),
        ),
        outbox=outbox,
        contexts=Contexts(history),
        observations=observations,
        clock=utc_now,
    )


class Classifier:
    """Everything one classifier consists of, for the length of one `run`."""

    def __init__(self, settings: ClassifierSettings, *, folder: Path) -> None:
        own = settings.classifier
        self._settings = settings
        self._stop = asyncio.Event()
        self._broken = False
        self._registry = CollectorRegistry()
        self._metrics = ClassifierMetrics(self._registry)
        self._connections = Connections(settings)
        self._publisher = Publisher(self._connections.producer)
        files = SnapshotFiles(own.contexts_url, group=own.group)
        past = kafka_pasts(self._connections.past, clock=utc_now)
        self._parts = _parts(settings, self._metrics, self._publisher, files=files, past=past)
        self._snapshots = SnapshotWriter(
            self._parts.contexts,
            files,
            interval_seconds=own.contexts_seconds,
            metrics=self._metrics,
            monotonic=time.monotonic,
        )
        self._metrics.snapshot_age.set_function(self._snapshots.age_seconds)
        self._metrics.catching_up.set_function(lambda: self._parts.contexts.catching_up)
        self._pipeline = Pipeline(self._parts, in_flight=own.in_flight)
        self._assignment = Assignment(self._parts.contexts, self._snapshots)
        self._app = faust_app(settings.kafka, group=own.group, folder=folder)
        follow_alerts(self._app, settings.topics.alerts, self._pipeline, self._assignment, clock=utc_now)
        load = partial(load_served, cache_bytes=own.cache_bytes, audit=audit_of(own), run_tokens=own.run_tokens)
        self._swapper = Swapper(self._parts.slot, load=load, metrics=self._metrics)
        self._watchdog = Watchdog(limit_seconds=own.watchdog_seconds, now=time.monotonic())
        self._health = Health(
            assignment=self._assignment, slot=self._parts.slot, watchdog=self._watchdog, monotonic=time.monotonic
        )
        self._health.show(self._metrics)

    async def run(self) -> bool:
        """Start, work until a signal comes, finish; whether all ended in order.

        Raises:
            Unavailable: no broker, no topics, or no port.
        """
        async with AsyncExitStack() as stack:
            await self._start(stack)
            _stop_on_signals(self._stop)  # not before: whoever interrupts the start wants it to end at once
            log.info("starting to read", extra={"model_version": self._parts.slot.version})
            ended = await run_until(self._app, self._stop, ending=self._ending)
            await self._snapshots.write(self._parts.contexts.partitions)
            return ended and not self._broken

    def _ending(self) -> None:
        """Give the end a bound: Faust waits for what is in flight however long that takes, and cannot be cancelled."""
        seconds = self._settings.classifier.stop_timeout_seconds
        asyncio.get_running_loop().call_later(seconds, _give_up)

    async def _start(self, stack: AsyncExitStack) -> None:
        """Start what the stream needs, each part to be stopped in the opposite order."""
        stack.callback(self._serve().close)
        onlooker = await stack.enter_async_context(self._connections.onlooker())
        await self._publisher.start()
        stack.push_async_callback(self._publisher.stop)
        self._parts.encoder.start()
        stack.push_async_callback(self._parts.encoder.stop)
        stack.push_async_callback(self._parts.contexts.close)
        lag_meter = self._lag_meter(onlooker)
        for work in (self._announcements().run(), self._swapper.run(), lag_meter.run(), self._snapshots.run()):
            await stack.enter_async_context(_running(work, died=self._break))
        await self._first_model()

    def _break(self) -> None:
        self._broken = True
        self._stop.set()

    def _serve(self) -> OperatorServer:
        http, health = self._settings.http, self._health
        return serve(http, registry=self._registry, health=health.sound, ready=health.ready)

    def _announcements(self) -> Announcements:
        return Announcements(
            self._connections.model_topic,
            model_name=self._settings.store.model_name,
            tell=self._swapper.announce,
        )

    def _lag_meter(self, onlooker: AIOKafkaConsumer) -> LagMeter:
        return LagMeter(
            onlooker,
            assigned=self._assignment.known,
            position=self._pipeline.next_offset,
            finished=lambda: self._pipeline.finished,
            watchdog=self._watchdog,
            metrics=self._metrics,
            monotonic=time.monotonic,
        )

    async def _first_model(self) -> None:
        """Give the announced model time to load, so that a restart does not let alerts pass unscored."""
        try:
            async with asyncio.timeout(_FIRST_MODEL_SECONDS):
                await self._swapper.settled.wait()
        except TimeoutError:
            log.warning("the announced model is not loaded yet; alerts pass unscored until it is")


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None], *, died: Callable[[], None]) -> AsyncIterator[None]:
    """Work beside everything else; if it ends by itself, that is a failure of the whole."""

    def over(task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            log.critical("a part of the classifier has died", exc_info=task.exception())
            died()

    task = asyncio.create_task(work)
    task.add_done_callback(over)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _give_up() -> None:
    """End at once. Nothing is lost by it: what has no committed offset is done again after the next start."""
    log.critical("what is in flight could not be finished in time; it is left to the next start")
    logging.shutdown()
    os._exit(1)


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
