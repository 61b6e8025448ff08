"""Acknowledgement in order: a message is acknowledged once it and everything before it in its partition is done.

Faust promises to commit only what is contiguously acknowledged, but starts counting at the first acknowledgement it
gets while a partition has no committed offset yet, and counts a gap in the offsets as done up to the message after
it (`Consumer._new_offset`, faust-streaming 0.15.3). An alert overtaken by a quicker one would then be committed
unfinished, and lost by a crash. Acknowledging in order keeps clear of both.
"""

from collections import deque
from collections.abc import Callable


class Pending:
    """One message that is being worked on: `parts` outcomes are still to be published."""

    __slots__ = ("acknowledge", "offset", "parts")

    def __init__(self, *, offset: int, parts: int, acknowledge: Callable[[], None]) -> None:
        self.offset = offset
        self.parts = parts
        self.acknowledge = acknowledge


class Partition:
    """The messages of one partition that are being worked on, in the order they came."""

    def __init__(self) -> None:
        self._waiting: deque[Pending] = deque()
        self.next_offset: int | None = None
        """The offset after the last acknowledged message; none before the first."""

    def __len__(self) -> int:
        return len(self._waiting)

    def begin(self, *, offset: int, parts: int, acknowledge: Callable[[], None]) -> Pending:
        """Take in the next message."""
        pending = Pending(offset=offset, parts=parts, acknowledge=acknowledge)
        self._waiting.append(pending)
        return pending

    def finish(self, pending: Pending) -> int:
        """One of its parts is published; acknowledge whatever that completes, and tell how many messages it was."""
        pending.parts -= 1
        done = 0
        while self._waiting and self._waiting[0].parts == 0:
            first = self._waiting.popleft()
            first.acknowledge()
            self.next_offset = first.offset + 1
            done += 1
        return done
