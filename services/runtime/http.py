"""HTTP for operators: /metrics for Prometheus, /healthz (is the process sound?), /readyz (may it get work?)."""

import json
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from services.runtime.errors import Unavailable
from services.runtime.settings import HttpSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """A check's answer: whether all is well, and facts for the person who looks."""

    ok: bool
    facts: dict[str, str | int | float | bool | None]


Check = Callable[[], State]


class Quiet(WSGIRequestHandler):
    """A request handler that does not log each scrape."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class OperatorServer:
    """The running HTTP server, on a thread of its own until `close`."""

    def __init__(self, server: ThreadingWSGIServer) -> None:
        self._server = server
        threading.Thread(target=server.serve_forever, name="http", daemon=True).start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_port)

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()


def serve(settings: HttpSettings, *, registry: CollectorRegistry, health: Check, ready: Check) -> OperatorServer:
    """Start serving.

    Raises:
        Unavailable: the address cannot be listened on.
    """
    app = operator_app(registry=registry, health=health, ready=ready)
    try:
        server = make_server(settings.host, settings.port, app, ThreadingWSGIServer, handler_class=Quiet)
    except OSError as error:
        raise Unavailable(
            f"cannot listen on {settings.host}:{settings.port} ({error}); set WINNOW_HTTP__PORT"
        ) from error
    log.info("serving metrics and health", extra={"host": settings.host, "port": server.server_port})
    return OperatorServer(server)


def operator_app(*, registry: CollectorRegistry, health: Check, ready: Check) -> "WSGIApplication":
    """The WSGI application behind the server."""
    metrics = make_wsgi_app(registry)
    checks = {"/healthz": health, "/readyz": ready}

    def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if path == "/metrics":
            answer: Iterable[bytes] = metrics(environ, start_response)
            return answer
        if path in checks:
            return _answer(checks[path](), start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"try /metrics, /healthz or /readyz\n"]

    return app


def _answer(state: State, start_response: "StartResponse") -> Iterable[bytes]:
    start_response("200 OK" if state.ok else "503 Service Unavailable", [("Content-Type", "application/json")])
    return [json.dumps({"ok": state.ok, **state.facts}).encode() + b"\n"]
