"""Faust applications from the settings. Building one connects to nothing."""

from pathlib import Path

import faust
from faust.types.auth import CredentialsT

from services.runtime.kafka_options import CLIENT_ID, ssl_context
from services.runtime.settings import KafkaSettings

COMMIT_SECONDS = 0.2
"""How often finished offsets are committed. What was finished since then is done again, not only after a kill: when a
partition is taken away, Faust forgets what it had acknowledged before it commits (`Consumer.on_partitions_revoked`,
faust-streaming 0.15.3), so every rebalance repeats up to this much."""

_BUFFERED_MESSAGES = 512

_IDLE_SECONDS = 10 * 365 * 24 * 3600.0
"""How long a member may fetch nothing. One without partitions has nothing to fetch: aiokafka would have it leave its
group after this time and never let it join again, so that nobody takes over from those that have them
(aio-libs/aiokafka#1187). One that hangs is found all the same: its heartbeats stop, which run on the same loop."""


def faust_app(settings: KafkaSettings, *, group: str, folder: Path) -> faust.App:
    """An application that consumes from the earliest offset as a member of `group`.

    Faust insists on a `folder` of its own, even where it keeps nothing in it. No web server, no leader topic, no
    topics made behind the operator's back, no standby tables (their assignor needs internal topics).
    """
    return faust.App(
        group,
        broker=[f"kafka://{address.strip()}" for address in settings.bootstrap_servers.split(",")],
        broker_client_id=CLIENT_ID,
        broker_credentials=credentials(settings),
        broker_commit_interval=COMMIT_SECONDS,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_request_timeout=max(40.0, settings.session_timeout_seconds),
        broker_heartbeat_interval=min(3.0, settings.session_timeout_seconds / 3),
        broker_max_poll_interval=_IDLE_SECONDS,
        consumer_auto_offset_reset="earliest",
        stream_buffer_maxsize=_BUFFERED_MESSAGES,
        stream_wait_empty=True,
        table_standby_replicas=0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        store="memory://",
        autodiscover=False,
        web_enabled=False,
        worker_redirect_stdouts=False,
        datadir=folder,
    )


def credentials(settings: KafkaSettings) -> CredentialsT | None:
    """Faust's form of the protocol, user and certificates; none for PLAINTEXT."""
    context = ssl_context(settings)
    if settings.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password.get_secret_value(),
            ssl_context=context,
            mechanism=settings.sasl_mechanism,
        )
    return faust.SSLCredentials(context) if context is not None else None
