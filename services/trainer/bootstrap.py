"""The one place that builds a trainer, and runs it until it is told to stop."""

import functools
import logging
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry

from schemas import ModelEventV1, Serving
from services.core.example import Example
from services.core.gate import GateOutcome
from services.runtime import model_events
from services.runtime.buffer import open_buffer
from services.runtime.http import State, serve
from services.runtime.logs import set_up_logs
from services.runtime.metrics import TrainerMetrics
from services.runtime.process import exit_code, stop_by_signal
from services.runtime.store import ModelStore
from services.trainer.child import run_in_process
from services.trainer.plan import RunPlan, RunResult
from services.trainer.ports import Parts
from services.trainer.service import Trainer, follow
from services.trainer.settings import TrainerSettings
from services.trainer.workspace import Workspace

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m services.trainer [--once]`; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    return run(once="--once" in given)


def run(*, once: bool = False, settings: TrainerSettings | None = None, stop: threading.Event | None = None) -> int:
    """Run one trainer as the settings say; returns the exit code.

    `once` does one run now, unless a candidate is in shadow, which it only looks after: 0 if a model was made, promoted
    or not, or none was to be, 1 if something went wrong.
    """
    return exit_code(lambda: _run(settings or TrainerSettings.read(), once=once, stop=stop or stop_by_signal()))


def _run(settings: TrainerSettings, *, once: bool, stop: threading.Event) -> int:
    set_up_logs(settings.log, service="trainer")
    registry = CollectorRegistry()
    with ExitStack() as stack:
        parts = build(settings, TrainerMetrics(registry), stack=stack, stop=stop)
        trainer = Trainer(parts, settings)

        def health() -> State:
            return State(ok=True, facts={"failures_in_a_row": trainer.failures})

        stack.callback(serve(settings.http, registry=registry, health=health, ready=health).close)
        if once:
            return 0 if trainer.once() else 1
        trainer.serve(stop)
    log.info("stopped")
    return 0


def build(settings: TrainerSettings, metrics: TrainerMetrics, *, stack: ExitStack, stop: threading.Event) -> Parts:
    """Connect everything; `stack` closes it.

    Raises:
        SettingsInvalid: the buffer's URL is not usable.
        Unavailable: the database does not answer.
    """
    buffer = open_buffer(settings.buffer)
    stack.callback(buffer.close)

    def launch(folder: Path, plan: RunPlan) -> RunResult:
        return run_in_process(
            folder,
            plan,
            report=follow(metrics),
            logs=settings.log,
            timeout_seconds=settings.trainer.timeout_seconds,
            stop=stop,
        )

    def judge(candidate: Serving, champion: Serving | None, examples: Sequence[Example]) -> GateOutcome:
        from services.trainer.shadow import judge_in_shadow  # noqa: PLC0415 - ONNX Runtime, which starting needs not

        return judge_in_shadow(candidate, champion, examples, policy=settings.training.gate)

    return Parts(
        buffer=buffer,
        store=ModelStore(settings.store),
        events=KafkaEvents(settings),
        workspace=Workspace(settings.trainer.runs, keep=settings.trainer.keep_runs),
        launch=launch,
        judge_in_shadow=judge,
        metrics=metrics,
        clock=functools.partial(datetime.now, UTC),
    )


class KafkaEvents:
    """The topic of model events on the settings' cluster; every call connects anew, for they are minutes apart."""

    def __init__(self, settings: TrainerSettings) -> None:
        self._settings = settings

    def latest(self) -> ModelEventV1 | None:
        """The newest event of the settings' model."""
        return model_events.latest(self._settings)

    def announce(self, event: ModelEventV1) -> None:
        """Publish an event and wait for the acknowledgement."""
        model_events.announce(self._settings, event)
