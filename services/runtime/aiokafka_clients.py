"""aiokafka clients from the settings, for processes that live in an event loop. Building one connects to nothing."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.runtime.errors import Unavailable
from services.runtime.kafka_options import REMEDY, client_options
from services.runtime.settings import KafkaSettings

log = logging.getLogger(__name__)

_RETRY_SECONDS = 0.5
_SAY_SECONDS = 10.0
_LINGER_MILLISECONDS = 10
"""How long a record waits for company: a request for each takes processor time from whatever makes the records."""
_BATCH_BYTES = 1 << 16
"""Of one partition's records in one request. A record that finds its batch full waits for the next, which costs as much
as sending it. A topic that takes no batch of this size refuses the scores in it, as too large."""


def producer(settings: KafkaSettings) -> AIOKafkaProducer:
    """A producer whose sends count only when every in-sync replica has them, and that does not repeat them itself."""
    return AIOKafkaProducer(
        **client_options(settings),
        acks="all",
        enable_idempotence=True,
        linger_ms=_LINGER_MILLISECONDS,
        max_batch_size=_BATCH_BYTES,
    )


def loose(settings: KafkaSettings, *topics: str) -> AIOKafkaConsumer:
    """A consumer without a group, assigned all partitions of the topics, if any, from their beginning.

    Told to read what is no longer there, it reads from the earliest.
    """
    return AIOKafkaConsumer(
        *topics, **client_options(settings), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
    )


def onlooker(settings: KafkaSettings, *, group: str) -> AIOKafkaConsumer:
    """A consumer that reads nothing and never joins its group: it can ask for the group's offsets, and topics' ends."""
    return AIOKafkaConsumer(**client_options(settings), group_id=group, enable_auto_commit=False)


async def start(client: Any, settings: KafkaSettings, *, within_seconds: float) -> None:  # noqa: ANN401 - no types
    """Connect a client, trying again until the time is up; every ten seconds it says that no broker answers.

    Raises:
        Unavailable: no broker answered in time, or it refused us.
    """
    try:
        async with asyncio.timeout(within_seconds):
            await _connected(client, settings)
    except TimeoutError as error:
        raise Unavailable(
            f"no Kafka broker answered at {settings.bootstrap_servers} within {within_seconds:g} s; {REMEDY}"
        ) from error


async def _connected(client: Any, settings: KafkaSettings) -> None:  # noqa: ANN401
    said_at = -math.inf
    while (error := await _error_of(client.start())) is not None:
        if time.monotonic() - said_at >= _SAY_SECONDS:
            said_at = time.monotonic()
            where = {"bootstrap_servers": settings.bootstrap_servers, "error": type(error).__name__}
            log.warning("no broker answers yet; %s", REMEDY, extra=where)
        await asyncio.sleep(_RETRY_SECONDS)


async def _error_of(starting: Awaitable[None]) -> KafkaError | None:
    try:
        await starting
    except KafkaError as error:
        return error
    return None
