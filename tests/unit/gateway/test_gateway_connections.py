"""Connections that say nothing, on a real server over loopback: they end, and take no place from those that speak."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from services.gateway.server import listening, server
from services.gateway.settings import GatewaySection
from tests.gateways import TOKEN, gateway, wazuh

PATIENCE = 10.0
SHORT, LONG = 0.5, 3600.0
Connect = Callable[[], socket.socket]
HEAD = f"POST /v1/alerts HTTP/1.1\r\nHost: gateway\r\nX-Winnow-Token: {TOKEN}\r\n"
BODY = json.dumps(wazuh(1)).encode()
REQUEST = f"{HEAD}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY


@contextmanager
def opened(*, context: ssl.SSLContext | None = None, **fields: float) -> Iterator[Connect]:
    """A gateway that listens; gives what connects to it. All connections are closed at the end."""
    section = GatewaySection(port=0, stop_seconds=5, **fields)
    stop = threading.Event()
    with gateway() as there, listening(section) as listener, ExitStack() as stack:
        made = server(there.app, section, context=context, watch=there.parts.watch, stop=stop)
        thread = threading.Thread(target=made.run, args=([listener],))
        address = listener.getsockname()
        thread.start()
        try:
            yield lambda: stack.enter_context(socket.create_connection(address, timeout=PATIENCE))
        finally:
            stack.close()
            stop.set()
            thread.join(PATIENCE)
    assert not thread.is_alive()


def ended(connection: socket.socket) -> bool:
    """Whether the other side closes the connection while it is waited for, without having said anything."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def answered(connection: socket.socket, request: bytes = REQUEST) -> bytes:
    """The answer's first line."""
    connection.sendall(request)
    answer = b""
    while b'"items"' not in answer and b'"detail"' not in answer:
        answer += (more := connection.recv(65_536))
        if not more:
            break
    return answer.partition(b"\r\n")[0]


@pytest.mark.parametrize("said", [b"", b"POST /v1/alerts HTTP/1.1\r\nHost: gate"])
def test_a_connection_without_a_whole_head_is_closed(said: bytes) -> None:
    """Nothing at all, or half a head."""
    with opened(head_seconds=SHORT) as connect:
        connection = connect()
        connection.sendall(said)
        assert ended(connection)


def test_a_head_that_trickles_is_closed_too() -> None:
    """The time is for all of it, not for each byte."""
    with opened(head_seconds=SHORT) as connect:
        connection, deadline = connect(), time.monotonic() + PATIENCE
        connection.settimeout(0.05)
        while not _ends_on_one_more_byte(connection):
            assert time.monotonic() < deadline


def _ends_on_one_more_byte(connection: socket.socket) -> bool:
    try:
        connection.sendall(b"P")
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_half_a_head_after_a_request_is_closed_as_well() -> None:
    """Its first byte ends what uvicorn itself waits for the next request."""
    with opened(head_seconds=SHORT, idle_seconds=3600) as connect:
        connection = connect()
        assert answered(connection) == b"HTTP/1.1 200 OK"
        connection.sendall(b"POST ")
        assert ended(connection)


def test_the_rest_of_a_body_that_was_answered_keeps_no_connection_open() -> None:
    """Who is turned away could send on for ever."""
    with opened(head_seconds=SHORT, idle_seconds=3600) as connect:
        connection = connect()
        head = b"POST /v1/alerts HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert answered(connection, head).startswith(b"HTTP/1.1 401")
        connection.sendall(b"1\r\nx\r\n")
        assert ended(connection)


def test_a_request_underway_and_a_pause_after_it_may_take_longer() -> None:
    """What follows the head, and the time between two requests, have limits of their own."""
    with opened(head_seconds=SHORT, idle_seconds=3600) as connect:
        connection = connect()
        connection.sendall(REQUEST[:-10])
        time.sleep(3 * SHORT)
        assert answered(connection, REQUEST[-10:]) == b"HTTP/1.1 200 OK"
        time.sleep(3 * SHORT)
        assert answered(connection) == b"HTTP/1.1 200 OK"


def test_a_tls_handshake_that_does_not_go_on_is_given_up() -> None:
    """Nothing is said on it, and a minute would be asyncio's own limit."""
    with opened(head_seconds=SHORT, context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)) as connect:
        assert ended(connect())


def test_silent_connections_take_no_place_from_those_that_speak() -> None:
    """One more than there are places closes the one that has waited longest; a request underway stays."""
    with opened(head_seconds=LONG, connections=3) as connect:
        working = connect()
        working.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")[:-10])
        assert working.recv(65_536).startswith(b"HTTP/1.1 100")
        silent = [connect() for _ in range(20)]
        assert all(map(ended, silent[:-2]))
        assert answered(connect()) == b"HTTP/1.1 200 OK"
        assert answered(working, REQUEST[-10:]) == b"HTTP/1.1 200 OK"
        assert answered(silent[-1]) == b"HTTP/1.1 200 OK"


def test_an_idle_connection_gives_way_by_when_it_was_last_used() -> None:
    """Not by its age: the one that has just been used is likely to be used again."""
    with opened(head_seconds=LONG, idle_seconds=3600, connections=2) as connect:
        old, silent = connect(), connect()
        assert answered(old) == b"HTTP/1.1 200 OK"
        assert answered(connect()) == b"HTTP/1.1 200 OK"
        assert ended(silent)
        assert answered(old) == b"HTTP/1.1 200 OK"
