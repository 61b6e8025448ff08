"""What every act works with: the running system, the SOC's traffic, the record, and somebody to tell."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from prometheus_client.parser import text_string_to_metric_families

from schemas import ModelEventV1
from services.runtime.model_events import latest
from services.runtime.settings import ProcessSettings
from services.sandbox.demo.ledger import Ledger
from services.sandbox.demo.plan import DemoPlan
from services.sandbox.demo.traffic import Traffic
from services.sandbox.demo.world_clock import WorldClock
from services.sandbox.errors import DemoFailed
from services.sandbox.soc import Analysts, SimulatedSoc
from services.sandbox.system import LocalSystem

POLL_SECONDS = 0.25
TRAINING_SECONDS = 600.0
"""A run that takes longer has failed; on two cores it takes about one minute."""


class Teller(Protocol):
    """Whoever tells the person what happens."""

    def say(self, message: str) -> None:
        """Something happened."""

    def status(self, message: str) -> None:
        """What is going on just now; replaces what was said last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time whose alerts are measured together."""

    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The parts of a demo while it is played."""

    plan: DemoPlan
    system: LocalSystem
    settings: ProcessSettings
    clock: WorldClock
    soc: SimulatedSoc
    analysts: Analysts
    traffic: Traffic
    ledger: Ledger
    teller: Teller

    def wait(self, seconds: float, doing: str) -> None:
        """Let the SOC work for a while, telling how it goes."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end, doing=lambda: doing, timeout_seconds=seconds + 60)

    def until(self, done: Callable[[], bool], *, doing: Callable[[], str], timeout_seconds: float) -> None:
        """Wait until something is so, telling how it goes.

        Raises:
            DemoFailed: it did not come about in time.
        """
        began = time.monotonic()
        while not done():
            self.traffic.check()
            waited = time.monotonic() - began
            if waited > timeout_seconds:
                raise DemoFailed(
                    f"{doing}: not done after {waited:.0f} s; the logs are in {self.system.folder / 'logs'}"
                )
            self.teller.status(f"{doing()} · {waited:3.0f} s · {self._counts()}")
            time.sleep(POLL_SECONDS)

    def _counts(self) -> str:
        ledger = self.ledger
        return f"{len(ledger.alerts):,} alerts, {len(ledger.scores):,} answered, {ledger.verdicts_sent:,} verdicts"

    def measure(self, name: str, seconds: float, doing: str) -> Span:
        """Let the SOC work for a while and remember the span under a name."""
        start = datetime.now(UTC)
        self.wait(seconds, doing)
        return Span(name=name, start=start, end=datetime.now(UTC))

    def train(self, doing: str) -> ModelEventV1:
        """Have the trainer do one run beside the scoring, and return what it announced.

        Raises:
            DemoFailed: the run ended without announcing a model.
        """
        before = latest(self.settings)
        self.system.start("trainer", arguments=("--once",))
        self.until(
            lambda: self.system.process("trainer") is None,
            doing=lambda: f"{doing}{self._progress()}",
            timeout_seconds=TRAINING_SECONDS,
        )
        event = latest(self.settings)
        if event is None or event == before:
            raise DemoFailed(f"the trainer announced nothing; see {self.system.log('trainer')}")
        return event

    def _progress(self) -> str:
        """How far the trainer says it is."""
        figures = gauges(self.system.metrics("trainer"))
        done, loss = figures.get("winnow_training_progress_ratio", 0.0), figures.get("winnow_training_loss", 0.0)
        return f": {done:.0%}" + (f", loss {loss:.3f}" if loss else "")

    def wait_for_swap(self, version: str) -> datetime:
        """Wait until a score by that version was read; returns its time."""

        def swapped() -> bool:
            return self.first_by(version) is not None

        self.until(swapped, doing=lambda: f"waiting for {version} to serve", timeout_seconds=60)
        first = self.first_by(version)
        at = datetime.now(UTC) if first is None else first
        self.ledger.mark("swap", at, version)
        return at

    def first_by(self, version: str) -> datetime | None:
        """When the first score of a model version was made, if there is one."""
        times = [score.times.scored_at for score in list(self.ledger.scores.values()) if score.model_version == version]
        return min(times, default=None)


def gauges(exposition: str) -> dict[str, float]:
    """Every sample without labels in Prometheus' text format, by name."""
    families = text_string_to_metric_families(exposition)
    return {sample.name: sample.value for family in families for sample in family.samples if not sample.labels}
