"""uvicorn around the application: sockets, TLS, and a stop that lets requests underway finish."""

import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from services.gateway.settings import GatewaySection
from services.gateway.watch import Watch
from services.runtime.errors import SettingsInvalid, Unavailable

log = logging.getLogger(__name__)
_HEADER_BYTES = 65_536


class Server(uvicorn.Server):
    """uvicorn without its signal handlers, which would end the process by the signal: `stop` says when to stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs this."""
        yield


def listening(section: GatewaySection) -> socket.socket:
    """The socket to take requests at.

    Raises:
        Unavailable: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in section.host else socket.AF_INET
    try:
        made = socket.create_server((section.host, section.port), family=family, backlog=section.connections)
    except OSError as error:
        raise Unavailable(
            f"cannot listen on {section.host}:{section.port} ({error}); set WINNOW_GATEWAY__PORT"
        ) from error
    # Connections inherit it. asyncio sets it only where a socket names its protocol, which this one does not, and an
    # answer's head and body would then be 40 ms apart (Nagle's algorithm against delayed acknowledgements).
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    log.info("taking webhooks", extra={"host": section.host, "port": made.getsockname()[1]})
    return made


def server(
    app: FastAPI, section: GatewaySection, *, context: ssl.SSLContext | None, watch: Watch, stop: threading.Event
) -> Server:
    """A server for the application that ends soon after `stop` is set."""

    async def turned() -> None:
        watch.turned()
        if stop.is_set():
            watch.open = False
            made.should_exit = True

    made = Server(
        uvicorn.Config(
            app,
            ssl_context_factory=(lambda *_: context) if context else None,
            callback_notify=turned,  # called once a second
            timeout_notify=0,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,  # the process's own logs
            access_log=False,  # it would log what stands in URLs
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=_HEADER_BYTES,
            limit_concurrency=section.connections,
            timeout_keep_alive=section.idle_seconds,
            timeout_graceful_shutdown=section.stop_seconds,
        )
    )
    return made


def tls(section: GatewaySection) -> ssl.SSLContext | None:
    """The server's side of TLS, None without a certificate.

    Raises:
        SettingsInvalid: the certificate, its key or the client authority cannot be used.
    """
    if section.tls_cert_file is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        if section.tls_client_ca_file is not None:
            context.load_verify_locations(section.tls_client_ca_file)
            context.verify_mode = ssl.CERT_REQUIRED
        # A function, so that a key with a password never asks for it at a terminal.
        context.load_cert_chain(section.tls_cert_file, section.tls_key_file, section.tls_key_password.get_secret_value)
    except OSError as error:  # ssl.SSLError is one
        raise SettingsInvalid(f"the files of gateway.tls_* cannot be used: {type(error).__name__}") from error
    return context
