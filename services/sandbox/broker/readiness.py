"""Whether a broker answers: asked over the Kafka protocol, not guessed from its log or its port."""

import socket
import time
from collections.abc import Callable

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from services.sandbox.broker.config import LOOPBACK

_PAUSE_SECONDS = 0.05


def wait_until_serving(port: int, *, alive: Callable[[], bool], timeout_seconds: float) -> bool:
    """Poll until the broker on this loopback port serves; False once it is no longer `alive`, or out of time."""
    deadline = time.monotonic() + timeout_seconds
    while alive() and time.monotonic() < deadline:
        if _listens(port) and _serves(port, timeout_seconds=deadline - time.monotonic()):
            return True
        time.sleep(_PAUSE_SECONDS)
    return False


def _listens(port: int) -> bool:
    """Asked first, because it is cheap and the client logs an error for each connection refused."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def _serves(port: int, *, timeout_seconds: float) -> bool:
    """Whether the cluster describes itself with an unfenced broker: only then can topics be created."""
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=f"{LOOPBACK}:{port}", bootstrap_timeout_ms=max(1, int(timeout_seconds * 1000))
        )
    except KafkaError:
        return False
    try:
        return any(not broker.get("is_fenced", False) for broker in admin.describe_cluster()["brokers"])
    except KafkaError:
        return False
    finally:
        admin.close()
