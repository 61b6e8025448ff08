"""The embedded Kafka's properties and ports."""

import socket
from pathlib import Path

import pytest

from services.sandbox.broker.config import BrokerPorts, recorded_ports, render_properties, settle_ports
from services.sandbox.errors import PortTaken

PORTS = BrokerPorts(clients=20_001, controller=20_002)


def rendered(**extra: str) -> dict[str, str]:
    """The properties by name."""
    text = render_properties(ports=PORTS, extra={name.replace("_", "."): value for name, value in extra.items()})
    return dict(line.split("=", 1) for line in text.splitlines())


def test_every_listener_is_on_loopback() -> None:
    """No property names any other address."""
    properties = rendered()
    assert properties["listeners"] == "PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:20002"
    assert properties["advertised.listeners"] == "PLAINTEXT://127.0.0.1:20001"
    assert properties["controller.quorum.voters"] == "1@127.0.0.1:20002"


def test_topics_are_never_created_by_accident_and_internal_ones_need_one_node() -> None:
    """What a single node needs, and what a service would otherwise hide a typing mistake behind."""
    properties = rendered()
    assert properties["auto.create.topics.enable"] == "false"
    assert {value for name, value in properties.items() if name.endswith("replication.factor")} == {"1"}
    assert properties["group.initial.rebalance.delay.ms"] == "0"
    assert "message.max.bytes" not in properties


def test_extra_properties_add_and_override() -> None:
    """A caller's mapping wins."""
    properties = rendered(message_max_bytes="5000", num_io_threads="9")
    assert properties["message.max.bytes"] == "5000"
    assert properties["num.io.threads"] == "9"


def test_a_value_with_backslash_line_break_and_umlaut_stays_one_property() -> None:
    """It is written as java.util.Properties reads it back."""
    assert rendered(some_text="a\\b\nü")["some.text"] == "a\\\\b\\n\\u00fc"


def test_a_folder_keeps_its_ports(tmp_path: Path) -> None:
    """They are chosen once, differ, and are the same afterwards."""
    file = tmp_path / "ports.json"
    first = settle_ports(file, clients=None, controller=None)
    assert first.clients != first.controller
    assert settle_ports(file, clients=None, controller=None) == first == recorded_ports(file)


def test_a_chosen_port_is_none_that_outgoing_connections_get(tmp_path: Path) -> None:
    """Else a client retrying while the broker is down could take the broker's port."""
    ports = settle_ports(tmp_path / "ports.json", clients=None, controller=None)
    assert max(ports.clients, ports.controller) < 32_768


def test_a_given_port_replaces_the_recorded_one(tmp_path: Path) -> None:
    """And is kept from then on."""
    file = tmp_path / "ports.json"
    before = settle_ports(file, clients=None, controller=None)
    other = settle_ports(tmp_path / "other.json", clients=None, controller=None).clients
    assert other != before.clients
    settle_ports(file, clients=other, controller=None)
    assert settle_ports(file, clients=None, controller=None) == BrokerPorts(clients=other, controller=before.controller)


def test_a_port_in_use_is_refused_by_name(tmp_path: Path) -> None:
    """The message says which port, and nothing is recorded."""
    file = tmp_path / "ports.json"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            settle_ports(file, clients=port, controller=None)
    assert recorded_ports(file) is None
