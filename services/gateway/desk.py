"""What is done with one request, in its order: who sends, may they, is there room, what is it, and off to Kafka."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from starlette.requests import Request

from services.gateway.auth import Senders, check_right, check_signature
from services.gateway.bodies import check_packed, read_body, taken_apart, unpacked
from services.gateway.errors import TooLarge
from services.gateway.handler import Route, deliver, judge
from services.gateway.limits import Rates, Slots
from services.gateway.publisher import Publisher
from services.gateway.receipt import Receipt, receipt_of
from services.gateway.settings import GatewaySection, Sender
from services.gateway.watch import Watch
from services.runtime.metrics import GatewayMetrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a gateway is made of. `pool` has a thread for each slot; `now` gives seconds since 1970."""

    section: GatewaySection
    senders: Senders
    rates: Rates
    slots: Slots
    publisher: Publisher
    pool: Executor
    metrics: GatewayMetrics
    watch: Watch
    now: Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A body that was taken in, of a sender who may send it."""

    route: Route
    sender: Sender
    format_name: str | None
    content_type: str
    encoding: str
    body: bytes


async def received(parts: Parts, route: Route, request: Request, *, format_name: str | None) -> tuple[Sender, Receipt]:
    """Take a request in and say what became of it.

    Nothing of the body is read before the sender is known, may send, and there is room.

    Raises:
        TurnedAway: nothing was done with it.
    """
    sender = parts.senders.of(request.headers)
    format_name = check_right(sender, route.right, format_name=format_name.lower() if format_name else None)
    parts.rates.take(sender.name)
    with parts.slots.one(), parts.metrics.underway.track_inprogress():
        post = Post(
            route=route,
            sender=sender,
            format_name=format_name,
            content_type=request.headers.get("content-type", ""),
            encoding=request.headers.get("content-encoding", ""),
            body=await _body(parts.section, request),
        )
        check_signature(sender, request.headers, post.body, now=parts.now())
        return sender, await asyncio.get_running_loop().run_in_executor(parts.pool, _sent_on, parts, post)


async def _body(section: GatewaySection, request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 12 or int(announced) > section.body_bytes):
        raise TooLarge(f"a body may have {section.body_bytes} bytes")
    return await read_body(request.stream(), most=section.body_bytes, seconds=section.body_seconds)


def _sent_on(parts: Parts, post: Post) -> Receipt:
    """What takes time, on a thread: unpack, read, send, wait."""
    section = parts.section
    body = unpacked(post.body, encoding=post.encoding, most=section.unpacked_bytes)
    messages = taken_apart(body, content_type=post.content_type, most=section.items, is_known=post.route.is_known)
    check_packed(messages, most=section.unpacked_bytes)
    judged = judge(
        messages,
        route=post.route,
        sender=post.sender,
        format_name=post.format_name,
        received_at=datetime.fromtimestamp(parts.now(), UTC),
        message_bytes=section.message_bytes,
    )
    began = monotonic()
    receipt = receipt_of(deliver(judged, parts.publisher, topic=post.route.topic))
    if receipt.accepted or receipt.unacknowledged:
        parts.metrics.publish.observe(monotonic() - began)
        parts.watch.published(acknowledged=not receipt.unacknowledged)
    return receipt
