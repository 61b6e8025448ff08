"""Connections that say nothing: each has its time to say what it wants, all together have no more than their places.

uvicorn's only limit is for the time between requests: a connection that sends nothing, or half a head, it would keep.
"""

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState


class Connection(H11Protocol):
    """A connection that is closed where a request's head does not come within `head_seconds`: from the beginning, or,
    for a later request, from its first byte on.

    Where more than `most` are open, the one that has waited longest for a request is closed.
    """

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], *, head_seconds: float, most: int
    ) -> None:
        super().__init__(config, server_state, app_state)
        self._head_seconds = head_seconds
        self._most = most
        self._deadline: asyncio.TimerHandle | None = None
        self.waiting_since = self.loop.time()
        """When it began, or its last request was answered; in the loop's seconds."""

    @property
    def is_waiting(self) -> bool:
        """Whether no request is underway; what is left of a body that was answered already is none."""
        return self.cycle is None or self.cycle.response_complete

    def give_up(self) -> None:
        """Close it at once: a close in good order would wait for the other side, whose silence is the matter."""
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See asyncio."""
        super().connection_made(transport)
        self._await_head()
        if len(self.connections) > self._most:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        self._await_head()
        super().data_received(data)
        if not self.is_waiting:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """See uvicorn, which itself limits the time until another request begins."""
        self.waiting_since = self.loop.time()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        if self._deadline is None and self.is_waiting:
            self._deadline = self.loop.call_later(self._head_seconds, self.give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _make_room(self) -> None:
        mine = [each for each in self.connections if isinstance(each, Connection)]
        still_open = [each for each in mine if not each.transport.is_closing()]
        if len(still_open) > self._most:
            min((each for each in still_open if each.is_waiting), key=lambda each: each.waiting_since).give_up()
