"""The embedded Kafka: one broker on one data folder."""

import base64
import subprocess
import uuid
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from services.sandbox.broker.config import (
    LOGS,
    LOOPBACK,
    BrokerPorts,
    recorded_ports,
    render_properties,
    settle_ports,
)
from services.sandbox.broker.jars import MavenRepositories, read_pins, resolve_jars
from services.sandbox.broker.java import java_command
from services.sandbox.broker.readiness import wait_until_serving
from services.sandbox.errors import BrokerBusy, BrokerFailed
from services.sandbox.processes import PidFile, kill, log_tail, spawn, terminate

_PROPERTIES = "server.properties"
_TAIL_LINES = 25


def _silent(_message: str) -> None:
    """Say nothing."""


class EmbeddedKafka:
    """Apache Kafka on loopback, its data, ports, log and pid in one folder.

    Topics and messages survive `stop`, `kill` and a crash; the address stays the same. What is known about the
    running broker is read from the folder, so `pid`, `bootstrap`, `stop` and `kill` also work in another process
    than the one that called `start`. A broker that is not `detached` ends with the thread that started it.
    """

    def __init__(
        self,
        *,
        data_dir: Path,
        port: int | None = None,
        controller_port: int | None = None,
        properties: Mapping[str, str] | None = None,
        detached: bool = False,
        say: Callable[[str], None] = _silent,
        start_timeout_seconds: float = 60.0,
        stop_timeout_seconds: float = 20.0,
    ) -> None:
        self._folder = data_dir.resolve()
        self._wanted_ports = {"clients": port, "controller": controller_port}
        self._properties = dict(properties or {})
        self._detached = detached
        self._say = say
        self._start_timeout_seconds = start_timeout_seconds
        self._stop_timeout_seconds = stop_timeout_seconds
        self._ports_file = self._folder / "ports.json"
        self._pid_file = PidFile(self._folder / "broker.pid")
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """The broker's log since its last start; the log before that is beside it as `broker.previous.log`."""
        return self._folder / "broker.log"

    @property
    def pid(self) -> int | None:
        """The running broker's process id, None when none runs on the folder."""
        process = self._pid_file.process()
        return process.pid if process else None

    @property
    def bootstrap(self) -> str:
        """The address for clients, `host:port`; known once a broker was started on the folder."""
        ports = recorded_ports(self._ports_file)
        if ports is None:
            raise BrokerFailed(f"No broker was ever started in {self._folder}: its address is not known yet.")
        return f"{LOOPBACK}:{ports.clients}"

    def start(self) -> None:
        """Start the broker and return when it serves.

        Raises BrokerBusy, PortTaken, JarsUnavailable, JarRejected, or BrokerFailed with the end of the log.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._pid_file.being_started():
            self._refuse_a_second_broker()
            ports = settle_ports(self._ports_file, **self._wanted_ports)
            self._write_properties(ports)
            if self.log.exists():
                self.log.replace(self.log.with_name("broker.previous.log"))
            if not (self._folder / LOGS / "meta.properties").exists():
                self._format()
            self._run(ports)

    def stop(self) -> None:
        """Ask the broker to end, and kill it if it does not in time. Does nothing when none runs."""
        self._end(lambda process: terminate(process, grace_seconds=self._stop_timeout_seconds))

    def kill(self) -> None:
        """SIGKILL the broker, as a crash would. Does nothing when none runs."""
        self._end(kill)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @cached_property
    def _jars(self) -> tuple[Path, ...]:
        self._say("checking Kafka's jars")
        return resolve_jars(read_pins(), repositories=MavenRepositories.configured(), say=self._say)

    def _refuse_a_second_broker(self) -> None:
        pid = self.pid
        if pid is not None:
            raise BrokerBusy(
                f"A broker (process {pid}) already runs on {self._folder} and serves {self.bootstrap}: "
                "use that one, stop it first, or give another folder."
            )

    def _write_properties(self, ports: BrokerPorts) -> None:
        text = render_properties(ports=ports, extra=self._properties)
        (self._folder / _PROPERTIES).write_text(text, encoding="ascii")

    def _format(self) -> None:
        """Prepare the storage once; what an interrupted attempt left behind is taken over."""
        self._say("preparing Kafka's storage")
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode("ascii")
        # With "=", for one id in 64 begins with a dash and would else be taken for an option.
        arguments = ("format", "--ignore-formatted", f"--cluster-id={cluster_id}", "--config", _PROPERTIES)
        process = self._spawn("kafka.tools.StorageTool", *arguments, detached=False)
        try:
            code = process.wait(self._start_timeout_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code != 0:
            raise self._failure(f"could not prepare its storage (exit code {code})")

    def _run(self, ports: BrokerPorts) -> None:
        self._child = child = self._spawn("kafka.Kafka", _PROPERTIES, detached=self._detached)
        self._pid_file.write(child.pid)
        self._say(f"starting Kafka on {self.bootstrap}")
        try:
            serving = wait_until_serving(
                ports.clients, alive=lambda: child.poll() is None, timeout_seconds=self._start_timeout_seconds
            )
        except BaseException:  # Ctrl-C while waiting must not leave a broker behind
            self.kill()
            raise
        if not serving:
            code = child.poll()
            self.kill()
            what = f"did not serve within {self._start_timeout_seconds:g} s"
            raise self._failure(what if code is None else f"ended while starting (exit code {code})")

    def _spawn(self, main_class: str, *arguments: str, detached: bool) -> subprocess.Popen[bytes]:
        command = java_command(self._jars, main_class, *arguments)
        return spawn(command, folder=self._folder, log=self.log, detached=detached)

    def _end(self, how: Callable[[psutil.Process], None]) -> None:
        process = self._pid_file.process()
        if process is None and self._child is not None and self._child.poll() is None:
            process = psutil.Process(self._child.pid)  # someone removed the pid file
        if process is not None:
            how(process)
        if self._child is not None:
            self._child.wait()
            self._child = None
        self._pid_file.clear()

    def _failure(self, what: str) -> BrokerFailed:
        return BrokerFailed(
            f"Kafka {what}. The end of {self.log}:\n{log_tail(self.log, lines=_TAIL_LINES)}\n"
            "If the log says that memory or disk ran out, free some and start again; if it says that the storage "
            f"is damaged and its messages may be lost, delete {self._folder} and start again."
        )
