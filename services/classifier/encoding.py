"""The encoder's queue: alerts whose text is new wait here for a thread. Nothing waits for a batch to fill."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from schemas import ScoreV1
from services.classifier.observations import Observations
from services.classifier.scorer import Clock, Question, score

_MOST_PER_JOB = 8
"""Alerts a thread takes along at once: enough that handing them over costs little beside encoding them."""


@dataclass(frozen=True, slots=True)
class _Job:
    question: Question
    score: asyncio.Future[ScoreV1]


class EncoderQueue:
    """Scores alerts on `threads` threads, in the order they came to it. Lives in one event loop."""

    def __init__(self, *, threads: int, clock: Clock, observations: Observations) -> None:
        self._threads = threads
        self._clock = clock
        self._observations = observations
        self._waiting: asyncio.Queue[_Job] = asyncio.Queue()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="encoder")
        self._workers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to work."""
        self._workers = [asyncio.create_task(self._work()) for _ in range(self._threads)]

    async def stop(self) -> None:
        """Stop working; what still waits is left."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await asyncio.to_thread(self._pool.shutdown)

    async def score(self, question: Question) -> ScoreV1:
        """The alert's score, as soon as a thread has judged it."""
        job = _Job(question, asyncio.get_running_loop().create_future())
        self._waiting.put_nowait(job)
        return await job.score

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            jobs = [await self._waiting.get()]
            share = -(-self._waiting.qsize() // self._threads)
            jobs += [self._waiting.get_nowait() for _ in range(min(share, _MOST_PER_JOB - 1))]
            self._observations.batch(len(jobs), waiting=self._waiting.qsize())
            await loop.run_in_executor(self._pool, self._score_each, loop, jobs)

    def _score_each(self, loop: asyncio.AbstractEventLoop, jobs: Sequence[_Job]) -> None:
        """In a thread: one alert after the other, each handed back as soon as it is done."""
        for job in jobs:
            loop.call_soon_threadsafe(_settle, job.score, self._outcome(job))

    def _outcome(self, job: _Job) -> ScoreV1 | Exception:
        try:
            return score(job.question, clock=self._clock)
        except Exception as error:  # noqa: BLE001 - a bug of ours must cost one alert, not the thread's other ones
            return error


def _settle(future: "asyncio.Future[ScoreV1]", outcome: ScoreV1 | Exception) -> None:
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
