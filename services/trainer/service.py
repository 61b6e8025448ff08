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
        self._finished = False
        self.failures = 0
        """Failed attempts in a row."""

    def serve(self, stop: threading.Event) -> None:
        """Train whenever a run is due, until `stop` is set."""
        while not stop.is_set():
            self._attempt(self._train_if_due)
            stop.wait(backoff(self.failures, settings=self._settings) or self._settings.poll_seconds)

    def once(self) -> bool:
        """Do one run now, whether it is due or not, unless a candidate is in shadow; whether nothing went wrong."""
        return self._attempt(self._train_now)

    def _train_now(self) -> None:
        if self._may_begin():
            self._cycle.train()
        else:
            log.info("a candidate is in shadow: no run is begun")

    def _may_begin(self) -> bool:
        """Whether no candidate is in shadow, for there is one at a time.

        First, after a start and after whatever went wrong, what is published and was not announced is.
        """
        if not self._finished:
            self._cycle.finish()
            self._finished = True
        return not self._cycle.watch()

    def _train_if_due(self) -> None:
        if not self._may_begin():
            return
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
            self._count(0)
            return True
        finally:
            self._parts.metrics.running.set(0)
        return False

    def _count(self, failures: int) -> None:
        self.failures = failures
        self._parts.metrics.failures.set(failures)

    def _failed(self, outcome: str, error: Exception) -> None:
        self._count(self.failures + 1)
        self._finished = False
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
