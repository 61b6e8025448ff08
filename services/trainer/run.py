"""One training run, a process of its own: `python -m services.trainer.run --folder RUN`.

The folder holds a plan and a snapshot (`plan.py`), and gets a bundle and a result. Progress goes to standard output as
JSON lines. Exit codes: 0 there is a bundle, 1 there is none and `result.json` says why; any other end is a crash.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from services.core.errors import CoreError
from services.runtime.logs import set_up_logs
from services.runtime.settings import LogSettings
from services.trainer.errors import TrainingFailure
from services.trainer.pipeline import Pipeline
from services.trainer.plan import PLAN, RESULT, RunPlan, RunResult
from services.trainer.progress import Progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the run whose folder the arguments name; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.trainer.run", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the run's folder")
    folder: Path = parser.parse_args(arguments).folder
    plan = RunPlan.model_validate_json((folder / PLAN).read_bytes())
    set_up_logs(LogSettings.model_validate_json(os.environ.get("WINNOW_RUN_LOG", "{}")), service="trainer-run")
    _stand_back(plan)
    result = execute(folder, plan)
    _write(result, folder / RESULT)
    return 1 if result.failure else 0


def execute(folder: Path, plan: RunPlan) -> RunResult:
    """Do a run in this process; what makes a model impossible is a result too."""
    try:
        return Pipeline(folder, plan, report=_tell, clock=time.monotonic).execute()
    except (CoreError, TrainingFailure, OSError) as error:
        return RunResult(version=plan.version, failure=f"{type(error).__name__}: {error}"[:1024])


def _stand_back(plan: RunPlan) -> None:
    """Leave the cores to whoever scores. Below Linux's idle class nice 15 gets what is left over, and no more."""
    os.nice(plan.training.nice)
    if plan.training.threads:
        torch.set_num_threads(plan.training.threads)


def _tell(progress: Progress) -> None:
    """One line to whoever started the run. Where nobody reads any more, the run ends: its bundle has no taker."""
    sys.stdout.write(progress.model_dump_json(exclude_none=True) + "\n")
    sys.stdout.flush()


def _write(result: RunResult, path: Path) -> None:
    """Write whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(result.model_dump_json(indent=2), encoding="utf-8")
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main())
