"""uvicorn around the application: sockets, TLS, and a stop that lets requests underway finish."""

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from services.gateway.connections import Connection
from services.gateway.settings import GatewaySection
from services.gateway.watch import Watch
from services.runtime.errors import Unavailable
from services.runtime.tls_files import usable

log = logging.getLogger(__name__)
_HEADER_BYTES = 65_536


class Server(uvicorn.Server):
    """uvicorn with bounds on connections, and without its signal handlers, which would end the process by the signal.

    `stop` says when to stop.
    """

    def __init__(self, config: uvicorn.Config, section: GatewaySection) -> None:
        super().__init__(config)
        self._section = section

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen on the sockets. uvicorn itself could not say how long a TLS handshake may take: a minute."""
        await super().startup(sockets=[])
        seconds = self._section.head_seconds if self.config.ssl else None
        self.servers = [
            await asyncio.get_running_loop().create_server(
                self._connection,
                sock=each,
                backlog=self.config.backlog,
                ssl=self.config.ssl,
                ssl_handshake_timeout=seconds,
                ssl_shutdown_timeout=seconds,
            )
            for each in sockets or []
        ]

    def _connection(self) -> Connection:
        return Connection(
            self.config,
            self.server_state,
            self.lifespan.state,
            head_seconds=self._section.head_seconds,
            most=self._section.connections,
        )

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
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,  # the process's own logs
            access_log=False,  # it would log what stands in URLs
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=_HEADER_BYTES,
            timeout_keep_alive=section.idle_seconds,
            timeout_graceful_shutdown=section.stop_seconds,
        ),
        section,
    )
    return made


def tls(section: GatewaySection) -> ssl.SSLContext | None:
    """The server's side of TLS, None without a certificate.

    Raises:
        SettingsInvalid: the certificate, its key or the client authority cannot be used.
    """
    if section.tls_cert_file is None:
        return None
    cert, key, ca = section.tls_cert_file, section.tls_key_file, section.tls_client_ca_file
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    if ca is not None:
        with usable("gateway", tls_client_ca_file=ca):
            context.load_verify_locations(ca)
        context.verify_mode = ssl.CERT_REQUIRED
    with usable("gateway", tls_cert_file=cert, tls_key_file=key):
        # A function, so that a key with a password never asks for it at a terminal.
        context.load_cert_chain(cert, key, section.tls_key_password.get_secret_value)
    return context
