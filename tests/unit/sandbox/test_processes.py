"""Processes, the pid file and the log's end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from services.sandbox.errors import BrokerBusy
from services.sandbox.processes import PidFile, log_tail, terminate
from tests.classifiers import eventually

DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
HEADLESS = """
import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
ctypes.CDLL(None).pthread_exit(None)  # ends the thread that calls it, and no other
"""


@pytest.fixture
def deaf() -> Iterator[subprocess.Popen[bytes]]:
    """A process that ignores SIGTERM."""
    with subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_a_process_that_ignores_sigterm_is_killed_after_the_grace_time(deaf: subprocess.Popen[bytes]) -> None:
    """Stopping always ends."""
    terminate(psutil.Process(deaf.pid), grace_seconds=0.1)
    assert not psutil.pid_exists(deaf.pid)


def test_a_process_runs_until_its_last_thread_has_ended(tmp_path: Path) -> None:
    """Java's first thread may end before the others, which still hold the broker's ports."""
    file = PidFile(tmp_path / "broker.pid")
    with subprocess.Popen([sys.executable, "-c", HEADLESS]) as process:
        file.write(process.pid)
        eventually(lambda: psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE)
        assert file.process() is not None
        process.kill()
        eventually(lambda: file.process() is None)


def test_the_pid_file_finds_the_running_process(tmp_path: Path) -> None:
    """Until it is cleared."""
    file = PidFile(tmp_path / "broker.pid")
    assert file.process() is None
    file.write(os.getpid())
    found = file.process()
    assert found is not None
    assert found.pid == os.getpid()
    file.clear()
    assert file.process() is None


def test_another_process_that_got_the_same_pid_is_not_taken_for_the_broker(tmp_path: Path) -> None:
    """The start time tells them apart."""
    path = tmp_path / "broker.pid"
    path.write_text(f"{os.getpid()} 1.5\n", encoding="ascii")
    assert PidFile(path).process() is None


def test_a_process_that_died_is_not_running_even_if_nobody_waited_for_it(
    tmp_path: Path, deaf: subprocess.Popen[bytes]
) -> None:
    """A zombie does not serve."""
    file = PidFile(tmp_path / "broker.pid")
    file.write(deaf.pid)
    deaf.kill()
    os.waitid(os.P_PID, deaf.pid, os.WEXITED | os.WNOWAIT)
    assert file.process() is None


def test_a_damaged_pid_file_means_that_nothing_runs(tmp_path: Path) -> None:
    """A half-written file must not keep the folder from being used."""
    path = tmp_path / "broker.pid"
    path.write_text("12", encoding="ascii")
    assert PidFile(path).process() is None


def test_two_starts_at_once_on_one_folder_are_one_too_many(tmp_path: Path) -> None:
    """The second is refused while the first is under way, and free to try afterwards."""
    with PidFile(tmp_path / "broker.pid").being_started(), pytest.raises(BrokerBusy, match="starting"):
        PidFile(tmp_path / "broker.pid").being_started().__enter__()
    with PidFile(tmp_path / "broker.pid").being_started():
        pass


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    """Whatever bytes it holds; a missing or empty log says so."""
    log = tmp_path / "broker.log"
    assert log_tail(log, lines=2) == "(the log is empty)"
    log.write_bytes(b"one\ntwo \xff\nthree\n")
    assert log_tail(log, lines=2) == "two \N{REPLACEMENT CHARACTER}\nthree"
