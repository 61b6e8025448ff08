"""Settings of the server that cannot work are said at the start."""

import socket
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.gateway.server import listening, tls
from services.gateway.settings import GatewaySection
from services.runtime.errors import SettingsInvalid, Unavailable


def test_without_a_certificate_there_is_no_tls() -> None:
    """For behind a proxy."""
    assert tls(GatewaySection()) is None


def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    """Missing or broken; it must not serve plain HTTP instead."""
    (tmp_path / "broken.pem").write_text("nothing")
    for name in ("missing.pem", "broken.pem"):
        with pytest.raises(SettingsInvalid, match=r"gateway\.tls_cert_file"):
            tls(GatewaySection(tls_cert_file=tmp_path / name))


def test_a_client_authority_without_a_certificate_is_no_setting(tmp_path: Path) -> None:
    """It would demand nothing of anybody."""
    with pytest.raises(ValidationError, match="tls_cert_file"):
        GatewaySection(tls_client_ca_file=tmp_path / "ca.pem")


def test_a_port_in_use_is_said() -> None:
    """With the setting that changes it."""
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(Unavailable, match="WINNOW_GATEWAY__PORT"):
        listening(GatewaySection(port=other.getsockname()[1]))


def test_answers_are_not_held_back() -> None:
    """Nagle's algorithm is off on each connection: with it every answer takes 40 ms more."""
    with (
        listening(GatewaySection(port=0)) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as connection,
    ):
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
