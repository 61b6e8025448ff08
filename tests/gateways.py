"""A gateway for tests: in this process, a publisher that can fail behind its port, and time that stands still."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.gateway.app import gateway_app
from services.gateway.bootstrap import build, routes
from services.gateway.desk import Parts
from services.gateway.publisher import Outgoing, Sent
from services.gateway.settings import GatewaySection, Right, Sender
from services.gateway.watch import Watch
from services.runtime.metrics import GatewayMetrics
from services.runtime.settings import TopicSettings
from tests.messages import WAZUH

TOKEN = "a-token-of-the-siem"
NOW = 1_772_452_800.0
"""2026-03-02T12:00:00Z."""


def wazuh(number: int, **fields: Any) -> dict[str, Any]:
    """A native alert of its own id, `wazuh:manager-1:<number>`."""
    return WAZUH | {"id": str(number)} | fields


def said(number: int = 1, *, analyst: str = "ana", **fields: Any) -> dict[str, Any]:
    """A verdict in Winnow's own format."""
    verdict = {"alert_id": f"wazuh:manager-1:{number}", "verdict": "false_positive", "analyst": analyst}
    return verdict | {"decided_at": "2026-03-02T12:00:00Z"} | fields


def digest(token: str) -> str:
    """What settings hold of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sender(**fields: Any) -> Sender:
    """A sender that may send everything, but for what a test says."""
    values: dict[str, Any] = {"name": "siem", "token_sha256": [digest(TOKEN)], "rights": list(Right), "analysts": ["*"]}
    return Sender(**values | fields)


@dataclass
class FakePublisher:
    """Kafka's stand-in behind the port: keeps what it is given, takes no value above a size, and may be away."""

    most_bytes: int = 1_000_000
    away: bool = False
    lost: frozenset[bytes] = frozenset()
    """Values whose acknowledgement never comes."""
    kept: list[tuple[str, Outgoing]] = field(default_factory=list)

    def publish(self, topic: str, messages: Sequence[Outgoing]) -> list[Sent]:
        """See the port."""
        return [self._sent(topic, message) for message in messages]

    def _sent(self, topic: str, message: Outgoing) -> Sent:
        if len(message.value) > self.most_bytes:
            return Sent.TOO_LARGE
        if self.away or message.value in self.lost:
            return Sent.UNACKNOWLEDGED
        self.kept.append((topic, message))
        return Sent.ACKNOWLEDGED


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """The application, what it is made of, and a client with the sender's token."""

    app: FastAPI
    parts: Parts
    publisher: FakePublisher
    registry: CollectorRegistry
    client: httpx.AsyncClient

    async def post(self, path: str, content: object, **headers: str) -> httpx.Response:
        """The answer to a body: bytes as they are, anything else as JSON; underscores of header names are hyphens."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(path, content=body, headers=named)

    def counted(self, name: str, **labels: str) -> float:
        """A counter's value."""
        return self.registry.get_sample_value(name, labels) or 0.0


@contextmanager
def gateway(*senders: Sender, publisher: FakePublisher | None = None, **fields: Any) -> Iterator[Gateway]:
    """A gateway with those senders and settings; without any, one sender that may send everything."""
    section = GatewaySection(senders=senders or (sender(),), **fields)
    registry, behind = CollectorRegistry(), publisher or FakePublisher()
    watch = Watch(clock=lambda: 0.0, still_seconds=30, failed_seconds=10)
    with ExitStack() as stack:
        parts = build(
            section,
            behind,
            metrics=GatewayMetrics(registry),
            watch=watch,
            stack=stack,
            clock=lambda: 0.0,
            now=lambda: NOW,
        )
        app = gateway_app(parts, routes(TopicSettings()))
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://gateway", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        yield Gateway(app=app, parts=parts, publisher=behind, registry=registry, client=client)
