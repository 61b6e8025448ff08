"""The operators' HTTP server."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry, Counter

from services.runtime.errors import Unavailable
from services.runtime.http import OperatorServer, State, serve
from services.runtime.settings import HttpSettings


@pytest.fixture
def server() -> Iterator[OperatorServer]:
    """A server whose health is good and which is not ready."""
    registry = CollectorRegistry()
    Counter("things_total", "Things.", registry=registry).inc(3)
    made = serve(
        HttpSettings(),
        registry=registry,
        health=lambda: State(ok=True, facts={"lag": 0}),
        ready=lambda: State(ok=False, facts={"why": "no partitions"}),
    )
    yield made
    made.close()


def fetched(server: OperatorServer, path: str) -> tuple[int, str]:
    """Status and body of one request."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_metrics_are_served_in_prometheus_format(server: OperatorServer) -> None:
    """What Prometheus scrapes."""
    status, body = fetched(server, "/metrics")
    assert status == 200
    assert "things_total 3.0" in body


def test_health_and_readiness_answer_with_their_facts(server: OperatorServer) -> None:
    """200 when all is well, 503 when not, and why."""
    assert fetched(server, "/healthz") == (200, '{"ok": true, "lag": 0}\n')
    status, body = fetched(server, "/readyz")
    assert status == 503
    assert json.loads(body)["why"] == "no partitions"


def test_another_path_says_which_there_are(server: OperatorServer) -> None:
    """A person who guesses is helped."""
    status, body = fetched(server, "/")
    assert status == 404
    assert "/healthz" in body


def test_a_taken_port_is_a_clear_error(server: OperatorServer) -> None:
    """Two services on one port: the second says so."""
    with pytest.raises(Unavailable, match="WINNOW_HTTP__PORT"):
        serve(
            HttpSettings(port=server.port),
            registry=CollectorRegistry(),
            health=lambda: State(ok=True, facts={}),
            ready=lambda: State(ok=True, facts={}),
        )
