"""The gateway over real HTTP on a real Kafka: what it answers is what the topics hold."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.gateway.bootstrap import run
from services.gateway.publisher import KafkaPublisher, kafka_client
from services.gateway.settings import GatewaySection, GatewaySettings
from services.runtime.kafka_python import admin, consumer
from services.runtime.settings import HttpSettings, KafkaSettings, TopicSettings
from services.sandbox.broker import EmbeddedKafka
from tests.gateways import TOKEN, digest, said, sender, wazuh
from tests.integration.collector_stage import PATIENCE, wait_until
from tests.integration.debian import needed
from tests.integration.postgres_server import free_port
from tests.unit.gateway.publisher_contract import PublisherContract

AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}


def make_topics(kafka: KafkaSettings, *names: str) -> None:
    """Topics of two partitions."""
    client = admin(kafka)
    plan = {"num_partitions": 2, "replication_factor": 1}
    client.create_topics(dict.fromkeys(names, plan), wait_for_metadata=True)
    client.close()


def messages(kafka: KafkaSettings, topic: str, *, at_least: int) -> list[Any]:
    """Every message of a topic, once there are that many."""
    reader = consumer(kafka, topic, group=None)
    found: list[Any] = []
    deadline = time.monotonic() + PATIENCE
    while len(found) < at_least and time.monotonic() < deadline:
        found += [record for part in reader.poll(timeout_ms=500).values() for record in part]
    reader.close()
    return found


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where a test plays: topics of its own, and a gateway's settings."""

    settings: GatewaySettings

    @property
    def url(self) -> str:
        """Where webhooks go."""
        scheme = "https" if self.settings.gateway.tls_cert_file else "http"
        return f"{scheme}://localhost:{self.settings.gateway.port}"

    def ready(self) -> bool:
        """Whether /readyz says so."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.settings.http.port}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def post(self, path: str, body: object, **options: Any) -> httpx.Response:
        """A webhook."""
        return httpx.post(f"{self.url}{path}", json=body, headers=AUTHORIZATION, timeout=PATIENCE, **options)

    @contextmanager
    def open(self) -> Iterator[None]:
        """The gateway on a thread of this process, stopped at the end; what it raised is raised here."""
        stop, failures = threading.Event(), list[BaseException]()

        def take() -> None:
            try:
                run(self.settings, stop=stop)
            except BaseException as error:  # noqa: BLE001 - handed to the test
                failures.append(error)

        thread = threading.Thread(target=take)
        thread.start()
        try:
            wait_until(lambda: self.ready() or bool(failures), what="readiness")
            yield
        finally:
            stop.set()
            thread.join(PATIENCE)
        if failures:
            raise failures[0]


def stage_on(bootstrap: str, new_name: Callable[..., str], **fields: Any) -> Stage:
    """A stage on that broker."""
    settings = GatewaySettings(
        kafka=KafkaSettings(bootstrap_servers=bootstrap),
        topics=TopicSettings(alerts=new_name("alerts"), feedback=new_name("feedback")),
        http=HttpSettings(port=free_port()),
        gateway=GatewaySection(senders=(sender(),), port=free_port(), publish_seconds=3, **fields),
    )
    make_topics(settings.kafka, settings.topics.alerts, settings.topics.feedback)
    return Stage(settings=settings)


@pytest.fixture
def stage(kafka: EmbeddedKafka, topic_name: Callable[..., str]) -> Stage:
    """A stage on the session's broker."""
    return stage_on(kafka.bootstrap, topic_name)


class TestKafkaPublisher(PublisherContract):
    """Kafka keeps the port's contract."""

    @pytest.fixture
    def topic(self, kafka: EmbeddedKafka, topic_name: Callable[..., str]) -> str:
        name = topic_name()
        make_topics(KafkaSettings(bootstrap_servers=kafka.bootstrap), name)
        return name

    @pytest.fixture
    def publisher(self, kafka: EmbeddedKafka) -> Iterator[KafkaPublisher]:
        settings = KafkaSettings(bootstrap_servers=kafka.bootstrap)
        client = kafka_client(settings, seconds=20, message_bytes=1_000_000)
        yield KafkaPublisher(client, seconds=20)
        client.close(timeout=5)


def test_alerts_and_verdicts_are_in_their_topics_once_they_are_acknowledged(stage: Stage) -> None:
    """A webhook's alert and an analyst's verdict, each with its key and the format's header; the refused one is not."""
    with stage.open():
        alerts = stage.post("/v1/alerts/wazuh", [wazuh(1), {"what": "is this"}, wazuh(2)])
        verdict = stage.post("/v1/feedback", said(1))
        metrics = httpx.get(f"http://127.0.0.1:{stage.settings.http.port}/metrics").text
    assert (alerts.status_code, verdict.status_code) == (207, 200), alerts.text + verdict.text
    found = messages(stage.settings.kafka, stage.settings.topics.alerts, at_least=2)
    assert [(record.key, json.loads(record.value)["id"]) for record in found] == [(b"web-01", "1"), (b"web-01", "2")]
    assert {record.headers[0] for record in found} == {("format", b"wazuh")}
    (judged,) = messages(stage.settings.kafka, stage.settings.topics.feedback, at_least=1)
    assert (judged.key, json.loads(judged.value), len(judged.headers)) == (b"wazuh:manager-1:1", said(1), 0)
    assert 'winnow_gateway_requests_total{route="alerts",status="207"} 1.0' in metrics


def test_while_the_broker_is_away_senders_are_told_to_try_again(tmp_path: Path, topic_name: Callable[..., str]) -> None:
    """Nothing is claimed, and what was given up is not sent behind the sender's back; then it goes on by itself."""
    with EmbeddedKafka(data_dir=tmp_path / "kafka") as broker:
        stage = stage_on(broker.bootstrap, topic_name, retry_after_seconds=2)
        with stage.open():
            assert stage.post("/v1/alerts", wazuh(1)).status_code == 200
            broker.stop()
            began = time.monotonic()
            away = stage.post("/v1/alerts", [wazuh(2), wazuh(3)])
            assert time.monotonic() - began < 10
            assert not stage.ready()
            broker.start()
            wait_until(lambda: stage.post("/v1/alerts", wazuh(4)).status_code == 200, what="the broker's return")
            assert stage.ready()
        assert (away.status_code, away.headers["retry-after"], away.json()["unacknowledged"]) == (503, "2", 2)
        found = messages(stage.settings.kafka, stage.settings.topics.alerts, at_least=2)
    assert {json.loads(record.value)["id"] for record in found} == {"1", "4"}


def test_a_topic_that_does_not_exist_is_a_503(kafka: EmbeddedKafka, topic_name: Callable[..., str]) -> None:
    """Within the time that is set, however many alerts."""
    stage = stage_on(kafka.bootstrap, topic_name)
    topics = stage.settings.topics.model_copy(update={"alerts": topic_name("missing")})
    stage = Stage(settings=stage.settings.model_copy(update={"topics": topics}))
    with stage.open():
        began = time.monotonic()
        assert stage.post("/v1/alerts", [wazuh(number) for number in range(20)]).status_code == 503
        assert time.monotonic() - began < 10


def environment(stage: Stage) -> Mapping[str, str]:
    """A stage's settings, as a process of its own reads them."""
    one = {"name": "siem", "token_sha256": [digest(TOKEN)], "rights": ["alerts"]}
    return os.environ | {
        "WINNOW_KAFKA__BOOTSTRAP_SERVERS": stage.settings.kafka.bootstrap_servers,
        "WINNOW_TOPICS__ALERTS": stage.settings.topics.alerts,
        "WINNOW_HTTP__PORT": str(stage.settings.http.port),
        "WINNOW_GATEWAY__PORT": str(stage.settings.gateway.port),
        "WINNOW_GATEWAY__SENDERS": json.dumps([one]),
    }


def test_told_to_stop_it_finishes_the_request_underway(stage: Stage, tmp_path: Path) -> None:
    """SIGTERM in the middle of a body: the rest is still taken, then it ends with 0."""
    body = json.dumps(wazuh(1)).encode()
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "services.gateway"]
        process = subprocess.Popen(command, env=environment(stage), stdout=log, stderr=log)
    try:
        wait_until(stage.ready, what="readiness")
        with socket.create_connection(("127.0.0.1", stage.settings.gateway.port), timeout=PATIENCE) as connection:
            head = ("POST /v1/alerts HTTP/1.1", "Host: x", f"X-Winnow-Token: {TOKEN}", f"Content-Length: {len(body)}")
            connection.sendall("\r\n".join([*head, "", ""]).encode() + body[:10])
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: not stage.ready(), what="the stop")
            time.sleep(1)
            connection.sendall(body[10:])
            answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200")
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
    assert len(messages(stage.settings.kafka, stage.settings.topics.alerts, at_least=1)) == 1
    assert TOKEN not in (tmp_path / "log").read_text()


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of its own authority for localhost, and its key."""
    program = shutil.which("openssl") or needed("openssl", what="openssl is not installed")
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    options: Sequence[str] = ["-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={name}"]
    names = ["-addext", "subjectAltName=DNS:localhost"]
    command = [program, "req", "-x509", *options, *names, "-out", str(cert), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


def test_over_tls_a_client_certificate_can_be_demanded(
    kafka: EmbeddedKafka, topic_name: Callable[..., str], tmp_path: Path
) -> None:
    """Without it there is no connection; with it and the token, alerts are taken."""
    cert, key = certificate(tmp_path, "gateway")
    client, client_key = certificate(tmp_path, "client")
    stage = stage_on(kafka.bootstrap, topic_name, tls_cert_file=cert, tls_key_file=key, tls_client_ca_file=client)
    context = ssl.create_default_context(cafile=str(cert))
    with stage.open():
        with pytest.raises(httpx.TransportError):
            stage.post("/v1/alerts", wazuh(1), verify=context)
        context.load_cert_chain(client, client_key)
        assert stage.post("/v1/alerts", wazuh(1), verify=context).status_code == 200
