"""A run's process as the service sees it: started, followed, ended."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from services.runtime.cores import usable_cores
from services.runtime.settings import LogSettings
from services.trainer.errors import RunFailed
from services.trainer.plan import RESULT, RunPlan, RunResult
from services.trainer.progress import Progress

log = logging.getLogger(__name__)

_GRACE_SECONDS = 10.0
_POLL_SECONDS = 0.2


def run_in_process(
    folder: Path,
    plan: RunPlan,
    *,
    report: Callable[[Progress], None],
    logs: LogSettings,
    timeout_seconds: float,
    stop: threading.Event,
) -> RunResult:
    """Do a run in a process of its own and return its result.

    Raises:
        RunFailed: the process ended without a result, took too long, or `stop` was set.
    """
    child = _start(folder, plan, logs)
    follower = threading.Thread(target=_follow, args=(child, report), daemon=True)
    follower.start()
    try:
        _wait(child, timeout_seconds=timeout_seconds, stop=stop)
    finally:
        _end(child)
        follower.join(_GRACE_SECONDS)
    try:
        return RunResult.model_validate_json((folder / RESULT).read_bytes())
    except (OSError, ValidationError) as error:
        raise RunFailed(f"the run ended with {_ending(child.returncode)} and no result") from error


def _start(folder: Path, plan: RunPlan, logs: LogSettings) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "services.trainer.run", "--folder", str(folder)]
    environment = {**os.environ, **environment_of(plan, logs)}
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment)  # noqa: S603


def environment_of(plan: RunPlan, logs: LogSettings) -> dict[str, str]:
    """What a run's process is told by its environment.

    Its threads sleep while they wait: spinning, they take the cores from whoever scores. OpenMP's can be told so,
    OpenBLAS's cannot: numpy and the baselines get one, torch has its own library. Torch's threads wait for each other
    at every step, so that one on a core that somebody else needs holds up all of them: a core stays free.
    """
    return {
        "OMP_NUM_THREADS": str(plan.training.threads or max(1, usable_cores() - 1)),
        "OMP_WAIT_POLICY": "PASSIVE",
        "OPENBLAS_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "WINNOW_RUN_LOG": logs.model_dump_json(),
    }


def _follow(child: "subprocess.Popen[bytes]", report: Callable[[Progress], None]) -> None:
    for line in child.stdout or ():
        try:
            progress = Progress.model_validate_json(line)
        except ValidationError:
            continue  # a library's own line
        report(progress)


def _wait(child: "subprocess.Popen[bytes]", *, timeout_seconds: float, stop: threading.Event) -> None:
    waited = 0.0
    while child.poll() is None:
        if stop.wait(_POLL_SECONDS):
            raise RunFailed("the service was stopped during the run")
        waited += _POLL_SECONDS
        if waited > timeout_seconds:
            raise RunFailed(f"the run took longer than {timeout_seconds:.0f} s")


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Make sure it has ended."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
