"""A real Prometheus of the test's own, with the rules and the configuration that are deployed."""

import json
import shutil
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.integration.collector_stage import wait_until
from tests.integration.debian import needed
from tests.integration.postgres_server import free_port

DEPLOYED = Path(__file__).parents[2] / "deploy" / "prometheus"


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running server."""

    url: str

    def query(self, promql: str) -> list[dict[str, Any]]:
        """The series an expression gives now.

        Raises:
            urllib.error.HTTPError: it does not parse, or cannot be evaluated.
        """
        result: list[dict[str, Any]] = self._get("query", query=promql)["result"]
        return result

    def rules(self) -> list[dict[str, Any]]:
        """Every rule, with its health and, for alerts, what is active."""
        return [rule for group in self._get("rules")["groups"] for rule in group["rules"]]

    def _get(self, what: str, **parameters: str) -> Any:
        address = f"{self.url}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)["data"]


def executable(name: str) -> str:
    """Where a program of Debian's package `prometheus` is."""
    found = shutil.which(name)
    return found or needed("prometheus", what=f"{name} is not installed")


@contextmanager
def prometheus(folder: Path, *, targets: Mapping[str, Sequence[str]]) -> Iterator[Prometheus]:
    """Scrape the targets of each job twice a second, by the deployed configuration and rules."""
    config = yaml.safe_load((DEPLOYED / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "500ms", "evaluation_interval": "500ms"}
    config["rule_files"] = [str(DEPLOYED / pattern) for pattern in config["rule_files"]]
    for job in config["scrape_configs"]:
        job.pop("dns_sd_configs", None)  # here are no containers, whose names would be found
        job["static_configs"] = [{"targets": list(targets[job["job_name"]])}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = free_port()
    command = [
        executable("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        server = Prometheus(f"http://127.0.0.1:{port}")
        wait_until(lambda: _ready(server), what="Prometheus")
        yield server
    finally:
        process.terminate()
        process.wait(30)


def _ready(server: Prometheus) -> bool:
    try:
        with urllib.request.urlopen(f"{server.url}/-/ready", timeout=5):
            return True
    except OSError:
        return False
