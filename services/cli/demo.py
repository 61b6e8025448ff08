"""How `winnow demo` tells what happens: a line that lives on a terminal, plain lines elsewhere."""

import logging
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.status import Status

from services.cli.output import DONE, PROBLEM, USAGE, console, fail, say, table
from services.runtime.logs import set_up_logs
from services.runtime.settings import LogSettings

if TYPE_CHECKING:
    from services.sandbox.demo.report import DemoReport

PLAIN_EVERY_SECONDS = 10.0


class TerminalTeller:
    """Steps as lines, what goes on as a spinner; without a terminal, a line every ten seconds."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._last = 0.0
        self._spinner = Status("starting", console=console)
        if console.is_terminal:
            self._spinner.start()

    def say(self, message: str) -> None:
        """A step, with the time since the start."""
        passed = int(time.monotonic() - self._began)
        say(f"[{passed // 60}:{passed % 60:02}] {message}")

    def status(self, message: str) -> None:
        """What is going on just now."""
        if console.is_terminal:
            self._spinner.update(message)
        elif time.monotonic() - self._last >= PLAIN_EVERY_SECONDS:
            self._last = time.monotonic()
            self.say(f"  {message}")

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._spinner.stop()


def play(*, out: Path, seed: int) -> int:
    """Play the demo and show its result; returns the exit code."""
    from services.sandbox.demo.plan import DemoPlan
    from services.sandbox.demo.run import run_demo

    if out.exists():
        fail(f"{out} exists already; name another folder with --out, or remove it", code=USAGE)
    set_up_logs(LogSettings(level="WARNING", format="text"), service="demo")
    logging.getLogger("kafka").setLevel(logging.ERROR)  # it warns of every moment a busy machine lets it wait
    logging.getLogger("kafka.net.selector").setLevel(logging.CRITICAL)  # it may trip over itself when it is closed
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends the demo ends its services too
    teller = TerminalTeller()
    try:
        report = run_demo(DemoPlan(seed=seed), folder=out, teller=teller)
    finally:
        teller.close()
    _show(report, out)
    return DONE if report.passed else PROBLEM


def _show(report: "DemoReport", out: Path) -> None:
    from services.sandbox.demo.report import failed_first

    table(
        "The acts, against the simulator's truth (synthetic)",
        ("act", "alerts", "precision", "recall", "F1", "false alarms", "missed", "p99 ms"),
        [
            (
                act.name,
                act.live.support,
                act.live.precision,
                act.live.recall,
                act.live.f1,
                act.live.false_positives_shown,
                act.live.missed,
                round(1000 * act.latency_seconds.p99),
            )
            for act in report.acts
        ],
    )
    table(
        "What had to hold",
        ("", "act", "check", "found"),
        [("holds" if one.passed else "FAILS", one.act, one.name, one.text) for one in failed_first(report.checks)],
    )
    say(f"{out / 'report.html'} has it all; {out / 'report.json'} for a program; the models are in {out / 'models'}")
    say(_ending(report))


def _ending(report: "DemoReport") -> str:
    """How many checks hold; which do not, and what to think of it."""
    failed = [f"{one.name} ({one.act})" for one in report.checks if not one.passed]
    if not failed:
        return f"all {len(report.checks)} checks hold"
    busy = float(report.machine["busy_before"])
    return (
        f"{len(failed)} of {len(report.checks)} checks failed: {'; '.join(failed)}\n"
        f"(other work took {busy:.0%} of the processors when it began; latency and training suffer from that)"
    )
