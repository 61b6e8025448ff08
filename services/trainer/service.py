"""The trainer's loop: whenever a run is due, one turn of the cycle; failures are counted and tried again later."""

import logging
import threading
from collections.abc import Callable

from services.core.errors import CoreError
from services.runtime.errors import RuntimeFailure
from services.runtime.metrics import TrainerMetrics
from services.trainer.cycle import Cycle
from services.trainer.errors import Superseded, TrainingFailure
from services.trainer.handler import backoff, due, last_run
from services.trainer.ports import Parts
from services.trainer.progress import Progress
from services.trainer.settings import TrainerSettings

log = logging.getLogger(__name__)


class Trainer:
    """One trainer. `serve` works until stopped, `once` does one run now."""

    def __init__(self, parts: Parts, settings: TrainerSettings) -> None:
        self._parts, self._settings = parts, settings.trainer
        self._cycle = Cycle(parts, settings.training, shadow_seconds=settings.trainer.shadow_seconds)
        self.failures = 0
        """Failed attempts in a row."""

    def serve(self, stop: threading.Event) -> None:
        """Train whenever a run is due, until `stop` is set."""
        finished = False
        while not stop.is_set():
            finished = self._attempt(self._train_if_due if finished else self._cycle.finish) or finished
            pause = backoff(self.failures, settings=self._settings)
            stop.wait(pause or (self._settings.poll_seconds if finished else 0.0))

    def once(self) -> bool:
        """Do one run now, whether it is due or not; returns whether a model was made."""
        return self._attempt(self._cycle.train)

    def _train_if_due(self) -> None:
        if self._cycle.watch():
            return  # one candidate at a time
        verdicts, last = self._parts.buffer.human_verdicts(), last_run(self._cycle.newest())
        self._parts.metrics.new_verdicts.set(verdicts - (last.verdicts if last is not None else 0))
        reason = due(verdicts, last=last, now=self._parts.clock(), settings=self._settings)
        if reason:
            log.info("a run is due", extra={"reason": reason})
            self._cycle.train()

    def _attempt(self, work: Callable[[], object]) -> bool:
        """Work once; whether it went well. Nothing that goes wrong in a run ends the service."""
        try:
            work()
        except Superseded as error:
            self._failed("superseded", error)
        except (RuntimeFailure, TrainingFailure, CoreError) as error:
            self._failed("failed", error)
        except Exception as error:
            log.exception("the run broke")
            self._failed("failed", error)
        else:
            self.failures = 0
            return True
        finally:
            self._parts.metrics.running.set(0)
        return False

    def _failed(self, outcome: str, error: Exception) -> None:
        self.failures += 1
        self._parts.metrics.runs.labels(outcome).inc()
        log.warning("no model was made", extra={"error": type(error).__name__, "reason": str(error)[:500]})


def follow(metrics: TrainerMetrics) -> Callable[[Progress], None]:
    """What brings a run's progress into the metrics and the log."""

    def report(progress: Progress) -> None:
        metrics.running.set(1)
        metrics.progress.set(progress.done)
        figures = {
            metrics.loss: progress.loss,
            metrics.holdout_loss: progress.validation_loss,
            metrics.f1: progress.validation_f1,
            metrics.speed: progress.examples_per_second,
        }
        for gauge, value in figures.items():
            if value is not None:
                gauge.set(value)
        if progress.stage != "head" and (progress.validation_loss is not None or progress.loss is None):
            log.info("training", extra=progress.model_dump(exclude_none=True))

    return report
