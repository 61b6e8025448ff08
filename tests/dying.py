"""A classifier that dies of SIGKILL at one step of an alert's way: `python -m tests.dying STEP CALL`.

It dies when that step is reached for the `CALL`th time, from 1, in whatever thread that is; until then it is the real
one. Steps are functions of the classifier, of Faust and of aiokafka, and which side of them the death lies on.
"""

import asyncio
import functools
import importlib
import os
import runpy
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """A function by its module and its name there, and whether death comes before it is called or once it is done."""

    module: str
    function: str
    after: bool = False


STEPS = {
    "a message is delivered": Step("services.classifier.pipeline", "Pipeline.take"),
    "it is read": Step("services.classifier.pipeline", "handle", after=True),
    "its context is known": Step("services.classifier.contexts", "Contexts.observe", after=True),
    "its text is to be encoded": Step("services.classifier.encoding", "begin"),
    "its text is encoded": Step("services.classifier.encoding", "begin", after=True),
    "its score is known": Step("services.classifier.encoding", "_ended", after=True),
    "its score is to be published": Step("services.classifier.outbox", "Outbox.score"),
    "its score is handed to the broker": Step("aiokafka", "AIOKafkaProducer.send", after=True),
    "the broker has its score": Step("services.classifier.publisher", "Publisher.publish", after=True),
    "it is acknowledged": Step("services.classifier.acks", "Partition.finish", after=True),
    "its offset is to be committed": Step("faust.transport.drivers.aiokafka", "AIOKafkaConsumerThread.commit"),
    "its offset is committed": Step("faust.transport.drivers.aiokafka", "AIOKafkaConsumerThread.commit", after=True),
    "contexts are to be written": Step("services.runtime.snapshot_files", "put_whole"),
    "contexts are written": Step("services.runtime.snapshot_files", "put_whole", after=True),
}


def main() -> None:
    """Be a classifier, and mortal."""
    name, call = sys.argv[1:]
    _make_mortal(STEPS[name], call=int(call))
    sys.argv = ["services.classifier"]
    runpy.run_module("services.classifier", run_name="__main__")


def _make_mortal(step: Step, *, call: int) -> None:
    owner: Any = importlib.import_module(step.module)
    *path, name = step.function.split(".")
    for each in path:
        owner = getattr(owner, each)
    setattr(owner, name, _mortal(getattr(owner, name), call=call, after=step.after))


def _mortal(function: Callable[..., Any], *, call: int, after: bool) -> Callable[..., Any]:
    calls = count(1)

    def die() -> None:
        if next(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def death() -> Iterator[None]:
        if not after:
            die()
        yield
        if after:
            die()

    async def awaited(*args: Any, **options: Any) -> Any:
        with death():
            return await function(*args, **options)

    def called(*args: Any, **options: Any) -> Any:
        with death():
            return function(*args, **options)

    return functools.wraps(function)(awaited if asyncio.iscoroutinefunction(function) else called)


if __name__ == "__main__":
    main()
