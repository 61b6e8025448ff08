"""Turns: those who asked for the same name come in the order they asked; all others do not wait for each other."""

import asyncio
from types import TracebackType
from typing import Self


class Turn:
    """A place in the line of one name, taken when it is made and given up at the end of its `async with`."""

    def __init__(self, turns: "Turns", name: str) -> None:
        self._turns = turns
        self._name = name
        self._before = turns.last(name)
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        turns.stand(name, self._over)

    async def come(self) -> None:
        """Wait until all who stood before have gone."""
        if self._before is not None:
            await asyncio.shield(self._before)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turns.leave(self._name, self._over)


class Turns:
    """The lines of all names; a name without a line takes no memory."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Future[None]] = {}

    def __len__(self) -> int:
        return len(self._last)

    def of(self, name: str) -> Turn:
        """A place at the end of a name's line."""
        return Turn(self, name)

    def last(self, name: str) -> "asyncio.Future[None] | None":
        """Whoever stands last in a name's line."""
        return self._last.get(name)

    def stand(self, name: str, over: "asyncio.Future[None]") -> None:
        """Stand at the end of a name's line."""
        self._last[name] = over

    def leave(self, name: str, over: "asyncio.Future[None]") -> None:
        """Let the next one come."""
        over.set_result(None)
        if self._last.get(name) is over:
            del self._last[name]
