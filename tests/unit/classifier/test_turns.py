"""Turns by name."""

import asyncio

from services.classifier.turns import Turns


async def test_those_of_one_name_come_in_the_order_they_asked() -> None:
    """However long each took to get ready."""
    turns, came = Turns(), []

    async def take(number: int, ready: asyncio.Event) -> None:
        async with turns.of("same") as turn:
            await ready.wait()
            await turn.come()
            came.append(number)

    ready = [asyncio.Event() for _ in range(3)]
    tasks = [asyncio.create_task(take(number, event)) for number, event in enumerate(ready)]
    await asyncio.sleep(0)
    for event in reversed(ready):
        event.set()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert came == [0, 1, 2]
    assert len(turns) == 0


async def test_other_names_do_not_wait() -> None:
    """One alert that is stuck holds up only its own later versions."""
    turns = Turns()
    async with turns.of("stuck"), turns.of("free") as turn:
        await asyncio.wait_for(turn.come(), 5)


async def test_one_that_failed_lets_the_next_come() -> None:
    """A turn ends with its block, whatever happens in it."""
    turns = Turns()
    first = turns.of("same")
    second = turns.of("same")
    await first.__aexit__(None, None, None)
    await asyncio.wait_for(second.come(), 5)
