"""The configurations in deploy/siem that can be run here, as they are, against a real Kafka."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas import AlertV1
from schemas.topics import ALERTS
from services.runtime.kafka_python import consumer
from services.runtime.settings import KafkaSettings, TopicSettings
from services.runtime.topics import create_topics, planned_topics
from services.sandbox.broker import EmbeddedKafka
from services.siem.reading import read_alerts
from tests.integration.collector_stage import wait_until
from tests.integration.debian import needed
from tests.integration.postgres_server import free_port

pytestmark = pytest.mark.timeout(180)

RECIPES = Path(__file__).parents[2] / "deploy" / "siem"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LONG = "x" * 20_000

WAZUH = {
    "timestamp": "2026-05-04T11:59:58.250+0000",
    "rule": {"level": 10, "description": "sshd: brute force", "id": "5712"},
    "agent": {"id": "017", "name": "web-03"},
    "manager": {"name": "soc-manager"},
    "id": "1777895998.1042",
    "full_log": LONG,
    "location": "/var/log/auth.log",
}
EVE = {
    "timestamp": "2026-05-04T13:30:00.125000+0200",
    "flow_id": 1984001122334455,
    "event_type": "alert",
    "src_ip": "10.20.4.7",
    "dest_ip": "198.51.100.80",
    "proto": "TCP",
    "alert": {"signature_id": 9000123, "signature": "LOCAL beacon", "severity": 1, "category": 'with "quotes" \\ é'},
}
CEF = (
    "<134>May  4 11:59:58 fw-1 CEF:0|Example|Firewall|9.1|100|Port scan|7|src=203.0.113.9 dst=10.20.0.13 "
    "dpt=22 proto=TCP rt=1777895998000 externalId=42 msg=many ports"
)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """A broker of their own, for the recipes write to the topics by their real names."""
    with EmbeddedKafka(data_dir=tmp_path_factory.mktemp("kafka")) as running:
        settings = KafkaSettings(bootstrap_servers=running.bootstrap)
        create_topics(settings, planned_topics(TopicSettings()))
        yield running


@pytest.fixture
def arrived(broker: EmbeddedKafka) -> Iterator[Callable[[], list[Any]]]:
    """Everything that has come to the topic of alerts since the test began."""
    reader = consumer(KafkaSettings(bootstrap_servers=broker.bootstrap), group=None)
    reader.subscribe([ALERTS])
    wait_until(lambda: bool(reader.poll(timeout_ms=100) or reader.assignment()), what="an assignment")
    reader.seek_to_end()
    for partition in reader.assignment():
        reader.position(partition)
    records: list[Any] = []

    def so_far() -> list[Any]:
        records.extend(record for batch in reader.poll(timeout_ms=200).values() for record in batch)
        return records

    yield so_far
    reader.close()


@contextmanager
def rsyslog(folder: Path, recipe: str, environment: Mapping[str, str]) -> Iterator[None]:
    """A rsyslogd of the test's own, with the recipe as its whole configuration."""
    program = shutil.which("rsyslogd", path="/usr/sbin:/usr/bin") or needed("rsyslog-kafka", what="no rsyslogd")
    if not list(Path("/usr/lib").glob("*/rsyslog/omkafka.so")):
        needed("rsyslog-kafka", what="rsyslog has no Kafka module")
    main = folder / "rsyslog.conf"
    main.write_text(f'global(workDirectory="{folder}")\ninclude(file="{RECIPES / recipe}")\n')
    command = [program, "-n", "-f", str(main), "-i", str(folder / "rsyslog.pid")]
    process = subprocess.Popen(command, env={**os.environ, "WINNOW_SPOOL": str(folder), **environment})
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def alert_in(value: bytes) -> AlertV1:
    """The one alert of a message, as a classifier reads it."""
    (read,) = read_alerts(value, format_name=None, received_at=NOW)
    assert isinstance(read, AlertV1), read
    return read


@dataclass(frozen=True, kw_only=True)
class LogFile:
    """A recipe that follows a file: the variable that names it, what is written, and what is to be read."""

    recipe: str
    variable: str
    written: tuple[dict[str, Any], ...]
    source: str
    key: bytes


LOG_FILES = (
    LogFile(recipe="wazuh.rsyslog.conf", variable="WAZUH_ALERTS", written=(WAZUH,), source="wazuh", key=b"web-03"),
    LogFile(
        recipe="suricata.rsyslog.conf",
        variable="EVE_JSON",
        written=({"event_type": "flow", "src_ip": "10.20.4.7"}, EVE),
        source="suricata",
        key=b"10.20.4.7",
    ),
)


@pytest.mark.parametrize("case", LOG_FILES, ids=lambda case: case.source)
def test_rsyslog_sends_the_alerts_of_a_file(
    tmp_path: Path, broker: EmbeddedKafka, arrived: Callable[[], list[Any]], case: LogFile
) -> None:
    """Whole, under its host's key; what is no alert stays where it is."""
    lines = tmp_path / "lines.json"
    lines.write_text("")
    with rsyslog(tmp_path, case.recipe, {"WINNOW_BROKERS": broker.bootstrap, case.variable: str(lines)}):
        with lines.open("a") as file:
            file.writelines(f"{json.dumps(each)}\n" for each in case.written)
        wait_until(lambda: bool(arrived()), what="the alert")
    (record,) = arrived()
    assert json.loads(record.value) == case.written[-1]
    assert record.key == case.key
    assert alert_in(record.value).source == case.source


def test_rsyslog_sends_cef_lines(tmp_path: Path, broker: EmbeddedKafka, arrived: Callable[[], list[Any]]) -> None:
    """Over TCP, with the syslog header that devices write; other lines stay out."""
    port = free_port()
    environment = {"WINNOW_BROKERS": broker.bootstrap, "SYSLOG_ADDRESS": "127.0.0.1", "SYSLOG_PORT": str(port)}

    def sent() -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                line.sendall(f"<134>May  4 11:59:57 fw-1 kernel: nothing\n{CEF}\n".encode())
        except OSError:
            return False
        return True

    with rsyslog(tmp_path, "cef.rsyslog.conf", environment):
        wait_until(sent, what="rsyslog")
        wait_until(lambda: bool(arrived()), what="the alert")
    (record,) = arrived()
    assert record.key == b"127.0.0.1"
    read = alert_in(record.value)
    assert (read.source, read.title) == ("cef", "Port scan")


def test_kcat_sends_and_names_the_format(
    tmp_path: Path, broker: EmbeddedKafka, arrived: Callable[[], list[Any]]
) -> None:
    """The command that the recipes give for a first try."""
    program = shutil.which("kcat") or needed("kcat", what="no kcat")
    file = tmp_path / "alerts.jsonl"
    file.write_text(f"{json.dumps(WAZUH)}\n")
    command = [program, "-b", broker.bootstrap, "-P", "-t", ALERTS, "-H", "format=wazuh", "-l", str(file)]
    subprocess.run(command, check=True, timeout=60)
    wait_until(lambda: bool(arrived()), what="the alert")
    (record,) = arrived()
    assert record.headers == [("format", b"wazuh")]
    assert alert_in(record.value).title == "sshd: brute force"
