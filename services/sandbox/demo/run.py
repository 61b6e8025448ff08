"""From a plan to a report: start the system, play the acts, stop it, count the topics, measure, write."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from schemas import topics
from services.runtime.settings import ProcessSettings, StoreSettings
from services.sandbox.demo.acts import Played, play
from services.sandbox.demo.ledger import Ledger
from services.sandbox.demo.plan import DemoPlan
from services.sandbox.demo.report import DemoReport, build_report
from services.sandbox.demo.report_page import write_report
from services.sandbox.demo.stage import Stage, Teller
from services.sandbox.demo.traffic import Traffic
from services.sandbox.demo.witness import read_answers, read_sent, tally
from services.sandbox.demo.world_clock import WorldClock
from services.sandbox.soc import Analysts, SimulatedSoc
from services.sandbox.system import LocalSystem

BUSY = 0.2
"""From which share of the processors on other work is worth a word."""
STAMPED_BY_BROKER = {name: {"message.timestamp.type": "LogAppendTime"} for name in (topics.SCORES, topics.DEAD_LETTERS)}
"""The broker itself writes when it had each answer, so latency does not rest on the classifier's own word."""


def run_demo(plan: DemoPlan, *, folder: Path, teller: Teller) -> DemoReport:
    """Play the whole demo in a new folder and write `report.json` and `report.html` there.

    Raises:
        SandboxError: the system did not start, or an act could not be played to its end.
    """
    folder.mkdir(parents=True)
    busy = psutil.cpu_percent(interval=1.0) / 100
    if busy > BUSY:
        teller.say(f"other work takes {busy:.0%} of the processors: latency and training will suffer from it")
    system = LocalSystem(folder, settings=plan.settings, say=teller.say)
    ledger = Ledger()
    with _running(system) as settings:
        played = _play(plan, system, settings, ledger, teller)
        for service in ("classifier", "collector"):
            system.stop(service)
        teller.say("counting every topic with a reader of its own")
        kafka, names = settings.kafka, settings.topics
        counted = tally(read_sent(kafka, names), read_answers(kafka, names), kills=[played.killed_at])
    teller.say("measuring against the simulator's truth")
    report = build_report(plan=plan, played=played, ledger=ledger, counted=counted, folder=folder, busy_before=busy)
    write_report(report, folder)
    return report


@contextmanager
def _running(system: LocalSystem) -> Iterator[ProcessSettings]:
    """The broker and the services that always run; everything is stopped in the end, whatever happens."""
    try:
        system.start_broker(topic_config=STAMPED_BY_BROKER)
        for service in ("classifier", "collector"):
            system.start(service)
        for service in ("classifier", "collector"):
            system.wait_until_ready(service)
        yield ProcessSettings(kafka=system.kafka, store=StoreSettings(url=str(system.folder / "models")))
    finally:
        system.down()


def _play(plan: DemoPlan, system: LocalSystem, settings: ProcessSettings, ledger: Ledger, teller: Teller) -> Played:
    behind = timedelta(seconds=plan.backlog_seconds)
    clock = WorldClock(began=datetime.now(UTC), behind=behind, pace=plan.backlog_pace)
    soc = SimulatedSoc(seed=plan.seed, start=clock.start, rate=plan.rate)
    analysts = Analysts(seed=plan.seed)
    traffic = Traffic(
        kafka=settings.kafka, topics=settings.topics, clock=clock, soc=soc, analysts=analysts, ledger=ledger
    )
    with traffic:
        stage = Stage(
            plan=plan,
            system=system,
            settings=settings,
            clock=clock,
            soc=soc,
            analysts=analysts,
            traffic=traffic,
            ledger=ledger,
            teller=teller,
        )
        return play(stage)
