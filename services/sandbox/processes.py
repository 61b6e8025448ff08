"""Child processes of the sandbox, and the pid file that lets another process find one again."""

import contextlib
import ctypes
import fcntl
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from services.sandbox.errors import BrokerBusy

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def spawn(
    command: Sequence[str], *, folder: Path, log: Path, detached: bool, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a program in a folder, its output appended to `log`, with the given environment or this process's.

    It is in a session of its own, so that Ctrl-C in the terminal reaches it only through whoever started it. Unless
    `detached`, Linux sends it SIGTERM when the thread that started it ends, however it ends: call this from a thread
    that lives as long as the program shall. Other systems have no such signal; there it may outlive a killed parent.
    """
    tied = None if detached or sys.platform != "linux" else _dies_with_parent()
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - every argument is ours
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=tied,  # noqa: PLW1509 - one system call, looked up beforehand
        )


def _dies_with_parent() -> Callable[[], object]:
    """A hook for the child, between fork and exec; everything is looked up before the fork."""
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class PidFile:
    """Names the process that works on a folder; who reads it need not be who wrote it.

    The process's start time is kept beside its pid, so that another process that got the same pid later is never
    taken for it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, pid: int) -> None:
        """Record a running process."""
        self._path.write_text(f"{pid} {psutil.Process(pid).create_time()}\n", encoding="ascii")

    def process(self) -> psutil.Process | None:
        """The recorded process, if it still runs."""
        with contextlib.suppress(FileNotFoundError, ValueError, psutil.Error):
            pid, started = self._path.read_text(encoding="ascii").split()
            process = psutil.Process(int(pid))
            if process.create_time() == float(started) and not _has_ended(process):
                return process
        return None

    def clear(self) -> None:
        """Forget the process."""
        self._path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def being_started(self) -> Iterator[None]:
        """Held from the look at the record to its writing; raises BrokerBusy when another process holds it."""
        with self._path.with_suffix(".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BrokerBusy(f"Another process is starting a broker on {self._path.parent} just now.") from error
            yield


def _has_ended(process: psutil.Process) -> bool:
    """Whether nothing of a process runs any more; as long as one of its threads does, it holds its files and ports."""
    return process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1


def terminate(process: psutil.Process, *, grace_seconds: float) -> None:
    """SIGTERM, and SIGKILL if the process is still there after the grace time; returns when it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(grace_seconds)
        except psutil.TimeoutExpired:
            kill(process)


def kill(process: psutil.Process) -> None:
    """SIGKILL; returns when the process is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()
        process.wait()


def log_tail(log: Path, *, lines: int) -> str:
    """The last lines of a log, for an error message."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:]) or "(the log is empty)"
