"""The whole of Winnow on this machine: embedded Kafka, its topics and the three services, in one folder.

`winnow up` keeps it running, the demo drives it. Each process is found again through its pid file, so `winnow down`
and `winnow status` work from another terminal.
"""

import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from services.runtime.settings import KafkaSettings, TopicSettings
from services.runtime.topics import create_topics, planned_topics
from services.sandbox.broker import EmbeddedKafka
from services.sandbox.errors import ServiceFailed
from services.sandbox.processes import PidFile, kill, log_tail, spawn, terminate

SERVICES = ("classifier", "collector", "trainer")
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a service says of itself; `process` is None when it does not run."""

    process: psutil.Process | None
    port: int
    healthy: bool
    facts: Mapping[str, Any]


class LocalSystem:
    """The processes of one folder. Not detached, they end with the thread that started them."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        detached: bool = False,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.folder = folder.resolve()
        self._settings = dict(settings or {})
        self._detached = detached
        self._say = say
        self.broker = EmbeddedKafka(data_dir=self.folder / "kafka", detached=detached, say=say)

    @property
    def kafka(self) -> KafkaSettings:
        """How to reach the broker, once it was started."""
        return KafkaSettings(bootstrap_servers=self.broker.bootstrap)

    @property
    def config(self) -> Path:
        """The settings file of this system; with WINNOW_CONFIG naming it, every command works on this system."""
        return self.folder / "winnow.toml"

    def start_broker(self, *, topic_config: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """Start Kafka, make the topics, and write the settings file."""
        self.broker.start()
        create_topics(self.kafka, planned_topics(TopicSettings()), extra_config=topic_config)
        self.config.write_text(self._settings_text(), encoding="utf-8")

    def _settings_text(self) -> str:
        sections: dict[str, dict[str, str | int]] = {
            "kafka": {"bootstrap_servers": self.broker.bootstrap, "session_timeout_seconds": 6},
            "store": {"url": str(self.folder / "models")},
            "classifier": {"contexts_url": str(self.folder / "contexts")},
            "buffer": {"url": f"sqlite:///{self.folder / 'winnow.db'}"},
        }
        # JSON's strings and numbers are TOML's as well.
        return "\n".join(
            "\n".join([f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items()), ""])
            for name, values in sections.items()
        )

    def start(self, service: str, *, arguments: tuple[str, ...] = ()) -> None:
        """Start one service; `wait_until_ready` tells when it works."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WINNOW_")}
        environment |= {"WINNOW_CONFIG": str(self.config), "WINNOW_HTTP__PORT": str(self._port(service))}
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        child = spawn(
            [sys.executable, "-m", f"services.{service}", *arguments],
            folder=self.folder,
            log=self.log(service),
            detached=self._detached,
            environment=environment | self._settings,
        )
        self._pid_file(service).write(child.pid)

    def _port(self, service: str) -> int:
        """A free port, written down for whoever asks for the service's health."""
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port = int(probe.getsockname()[1])
        (self.folder / f"{service}.port").write_text(str(port), encoding="ascii")
        return port

    def process(self, service: str) -> psutil.Process | None:
        """The service's process, if it runs."""
        return self._pid_file(service).process()

    def _pid_file(self, service: str) -> PidFile:
        return PidFile(self.folder / f"{service}.pid")

    def log(self, service: str) -> Path:
        """Where a service's log goes."""
        return self.folder / "logs" / f"{service}.log"

    def wait_until_ready(self, service: str, *, timeout_seconds: float = 60.0) -> float:
        """Wait for /readyz and return how many seconds that took.

        Raises:
            ServiceFailed: the process ended or was not ready in time; the message has the end of its log.
        """
        began = time.monotonic()
        while not self._asked(service, "readyz").healthy:
            waited = time.monotonic() - began
            if self.process(service) is None or waited > timeout_seconds:
                what = "ended while starting" if self.process(service) is None else f"was not ready in {waited:.0f} s"
                raise ServiceFailed(f"the {service} {what}. The end of {self.log(service)}:\n{self._tail(service)}")
            time.sleep(0.05)
        return time.monotonic() - began

    def _tail(self, service: str) -> str:
        return log_tail(self.log(service), lines=15)

    def health(self, service: str) -> Health:
        """What the service says at /healthz."""
        return self._asked(service, "healthz")

    def _asked(self, service: str, path: str) -> Health:
        port_file = self.folder / f"{service}.port"
        port = int(port_file.read_text(encoding="ascii")) if port_file.exists() else 0
        process = self.process(service)
        if process is None:
            return Health(process=None, port=port, healthy=False, facts={})
        status, body = fetch(f"http://{LOOPBACK}:{port}/{path}")
        facts = json.loads(body) if status in {200, 503} else {}
        return Health(process=process, port=port, healthy=status == 200, facts=facts)

    def metrics(self, service: str) -> str:
        """The service's metrics in Prometheus' text format; empty when it does not answer."""
        status, body = fetch(f"http://{LOOPBACK}:{self._asked(service, 'healthz').port}/metrics")
        return body if status == 200 else ""

    def stop(self, service: str, *, grace_seconds: float = 30.0) -> None:
        """SIGTERM and wait; SIGKILL after the grace time."""
        process = self.process(service)
        if process is not None:
            terminate(process, grace_seconds=grace_seconds)
        self._pid_file(service).clear()

    def kill(self, service: str) -> None:
        """SIGKILL, as a crash would."""
        process = self.process(service)
        if process is not None:
            kill(process)
        self._pid_file(service).clear()

    def down(self) -> None:
        """Stop everything that runs, readers before the broker."""
        for service in reversed(SERVICES):
            if self.process(service) is not None:
                self._say(f"stopping the {service}")
            self.stop(service)
        if self.broker.pid is not None:
            self._say("stopping Kafka")
        self.broker.stop()


def fetch(url: str, *, timeout_seconds: float = 2.0) -> tuple[int, str]:
    """Status and body of a GET to a service on loopback; status 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=timeout_seconds) as answer:  # noqa: S310 - our own loopback address
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""
