"""The broker's configuration: its server.properties, and the ports a data folder keeps for good."""

import json
import socket
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from services.sandbox.errors import PortTaken

LOOPBACK = "127.0.0.1"
NODE_ID = 1

# Relative to the data folder, where the broker runs: the folder may then be moved, and have any name
# (log.dirs is a comma-separated list).
LOGS = "logs"

# Below the ports that Linux and macOS hand out to outgoing connections: a client that keeps trying to reach a
# broker that is down could otherwise be given the broker's own port as its source, and take it away.
_FIRST_PORT, _PORTS = 20_000, 10_000


@dataclass(frozen=True, kw_only=True)
class BrokerPorts:
    """The loopback ports of one broker: for clients, and for its own controller."""

    clients: int
    controller: int


def render_properties(*, ports: BrokerPorts, extra: Mapping[str, str]) -> str:
    """The text of server.properties for one KRaft node; `extra` adds to it and overrides it.

    Sizes and counts are those of a single small node: every replication factor 1, one partition for each internal
    topic (they are created on first use, while the first client waits), few threads, and a 16 MiB cleaner
    buffer where the default takes 128 MiB of the heap. After a crash the node is let in again only when the session
    of its former self has expired: 3 s here, 9 s by default. Reference: Kafka 4.1, "Broker Configs".
    """
    properties = {
        "process.roles": "broker,controller",
        "node.id": str(NODE_ID),
        "controller.quorum.voters": f"{NODE_ID}@{LOOPBACK}:{ports.controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{ports.clients},CONTROLLER://{LOOPBACK}:{ports.controller}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{ports.clients}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": LOGS,
        "auto.create.topics.enable": "false",
        "default.replication.factor": "1",
        "offsets.topic.num.partitions": "1",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "num.network.threads": "2",
        "num.io.threads": "4",
        "background.threads": "2",
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    } | dict(extra)
    return "".join(f"{name}={_escaped(value)}\n" for name, value in properties.items())


def _escaped(value: str) -> str:
    """A value as java.util.Properties reads it back; its escapes are those of a JSON string."""
    return json.dumps(value)[1:-1]


def settle_ports(file: Path, *, clients: int | None, controller: int | None) -> BrokerPorts:
    """The ports recorded in `file`, or, the first time, free ones that are then recorded there.

    A port that is given wins over the record and replaces it. Raises PortTaken when one is in use.
    """
    recorded = recorded_ports(file)
    clients = clients or (recorded.clients if recorded else _free_port(file, beside=controller))
    controller = controller or (recorded.controller if recorded else _free_port(file, beside=clients))
    for port in (clients, controller):
        if not _is_free(port):
            raise PortTaken(
                f"Port {port} on {LOOPBACK}, which the embedded Kafka needs, is in use by another process. "
                f"Stop that process, or give another port, or delete {file} to have free ones chosen "
                "(clients must then be told the new address)."
            )
    ports = BrokerPorts(clients=clients, controller=controller)
    file.write_text(json.dumps(asdict(ports)), encoding="utf-8")
    return ports


def recorded_ports(file: Path) -> BrokerPorts | None:
    """The ports recorded in `file`, if it exists."""
    return BrokerPorts(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def _free_port(file: Path, *, beside: int | None) -> int:
    """A free port other than `beside`; the search starts at a place of the folder's own.

    So brokers that are started together on different folders do not choose the same one.
    """
    start = zlib.crc32(str(file.resolve()).encode())
    candidates = (_FIRST_PORT + (start + step) % _PORTS for step in range(_PORTS))
    port = next((port for port in candidates if port != beside and _is_free(port)), None)
    if port is None:
        raise PortTaken(f"No port from {_FIRST_PORT} to {_FIRST_PORT + _PORTS - 1} is free on {LOOPBACK}.")
    return port


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As Java does: a port whose last connections are still closing (TIME_WAIT) can be listened on again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
