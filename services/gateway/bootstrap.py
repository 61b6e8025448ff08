"""The one place that builds a gateway, and runs it until it is told to stop."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from prometheus_client import CollectorRegistry

from services.gateway.app import gateway_app
from services.gateway.auth import Senders
from services.gateway.desk import Parts
from services.gateway.handler import Route
from services.gateway.limits import Clock, Rates, Slots
from services.gateway.publisher import KafkaPublisher, Publisher, kafka_client
from services.gateway.server import listening, server, tls
from services.gateway.settings import GatewaySection, GatewaySettings, Right
from services.gateway.watch import Watch
from services.runtime.http import serve
from services.runtime.logs import set_up_logs
from services.runtime.metrics import GatewayMetrics
from services.runtime.process import exit_code, stop_by_signal
from services.runtime.reader import reader_of
from services.runtime.settings import TopicSettings
from services.siem.reading import BUILT_IN, Reader

log = logging.getLogger(__name__)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def main() -> int:
    """Run one gateway as the settings say; returns the exit code."""
    return exit_code(lambda: run(GatewaySettings.read()))


def run(settings: GatewaySettings, *, stop: threading.Event | None = None) -> None:
    """Take webhooks until SIGTERM, SIGINT or `stop`; requests underway are finished.

    Raises:
        SettingsInvalid: the TLS files cannot be used.
        Unavailable: no broker answered within `kafka.bootstrap_seconds`, or an address cannot be listened on.
    """
    stop = stop_by_signal(stop)
    set_up_logs(settings.log, service="gateway")
    section, registry = settings.gateway, CollectorRegistry()
    context = tls(section)
    _warn(section)
    watch = Watch(
        clock=time.monotonic, still_seconds=section.watchdog_seconds, failed_seconds=section.retry_after_seconds
    )
    with ExitStack() as stack:
        publisher = _kafka(settings, stack)
        operators = serve(settings.http, registry=registry, health=watch.health, ready=watch.readiness)
        stack.callback(operators.close)
        parts = build(section, publisher, metrics=GatewayMetrics(registry), watch=watch, stack=stack)
        app = gateway_app(parts, routes(settings.topics, reader=reader_of(settings.siem)))
        made = server(app, section, context=context, watch=watch, stop=stop)
        with listening(section) as listener:
            watch.open = True
            made.run(sockets=[listener])
    log.info("stopped")


def build(
    section: GatewaySection,
    publisher: Publisher,
    *,
    metrics: GatewayMetrics,
    watch: Watch,
    stack: ExitStack,
    clock: Clock = time.monotonic,
    now: Clock = time.time,
) -> Parts:
    """A gateway in front of the publisher; `stack` ends its threads. `now` gives seconds since 1970."""
    return Parts(
        section=section,
        senders=Senders(section.senders),
        rates=Rates(
            (sender.name for sender in section.senders),
            per_second=section.requests_per_second,
            burst=section.burst,
            clock=clock,
        ),
        slots=Slots(section.concurrent_requests),
        publisher=publisher,
        pool=stack.enter_context(ThreadPoolExecutor(section.concurrent_requests, thread_name_prefix="request")),
        metrics=metrics,
        watch=watch,
        now=now,
    )


def routes(topics: TopicSettings, *, reader: Reader = BUILT_IN) -> tuple[Route, ...]:
    """What goes where, read as it will be there."""
    return (
        Route(right=Right.ALERTS, topic=topics.alerts, read=reader.read_alerts, is_known=reader.is_alert),
        Route(right=Right.FEEDBACK, topic=topics.feedback, read=reader.read_feedback, is_known=reader.is_verdict),
    )


def _kafka(settings: GatewaySettings, stack: ExitStack) -> Publisher:
    section = settings.gateway
    client = kafka_client(settings.kafka, seconds=section.publish_seconds, message_bytes=section.message_bytes)
    stack.callback(client.close, timeout=5)
    return KafkaPublisher(client, seconds=section.publish_seconds)


def _warn(section: GatewaySection) -> None:
    if not section.senders:
        log.warning("nobody may send: gateway.senders is empty")
    if section.tls_cert_file is None and section.host not in _LOOPBACK:
        log.warning("no TLS: tokens travel in the clear unless a proxy in front of the gateway ends TLS")
