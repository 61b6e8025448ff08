"""The encoder's queue: alerts whose text is new wait here for a thread. Nothing waits for a batch to fill."""

import asyncio
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from schemas import ScoreV1
from services.classifier.observations import Observations
from services.classifier.scorer import Clock, Question, score

_MOST = 8
"""Alerts that a thread takes at once where many wait. Each hand-over wakes the event loop, which takes the interpreter
from whoever encodes."""


@dataclass(frozen=True, slots=True)
class _Job:
    question: Question
    score: asyncio.Future[ScoreV1]


_Done = list[tuple[_Job, ScoreV1 | Exception]]


class EncoderQueue:
    """Scores alerts on `threads` threads, in the order they came to it. Lives in one event loop.

    The threads fetch their work themselves: one that had to ask the event loop for more would stand idle whenever the
    loop is busy reading or publishing.
    """

    def __init__(self, *, threads: int, clock: Clock, observations: Observations) -> None:
        self._clock = clock
        self._observations = observations
        self._waiting: SimpleQueue[_Job | None] = SimpleQueue()
        self._stopping = False
        self._threads = [Thread(target=self._work, name=f"encoder-{number}", daemon=True) for number in range(threads)]

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    async def stop(self) -> None:
        """Stop working, after the alerts that are being encoded; what still waits is left."""
        self._stopping = True
        for _ in self._threads:
            self._waiting.put(None)  # any of them may take it
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    async def score(self, question: Question) -> ScoreV1:
        """The alert's score, as soon as a thread has judged it."""
        job = _Job(question, asyncio.get_running_loop().create_future())
        self._waiting.put(job)
        return await job.score

    def _work(self) -> None:
        """In a thread: some alerts after the others, one by one, handed back as soon as the last of them is done."""
        while jobs := self._taken():
            done = [(job, self._outcome(job)) for job in jobs if not self._stopping]
            jobs[0].score.get_loop().call_soon_threadsafe(settle, done)

    def _taken(self) -> list[_Job]:
        """This thread's share of those that wait, at least one; none at the end."""
        jobs = [self._waiting.get()]
        try:
            while len(jobs) < min(_MOST, self._waiting.qsize() // len(self._threads)):
                jobs.append(self._waiting.get_nowait())
        except Empty:  # another thread was quicker
            pass
        return [] if self._stopping else [job for job in jobs if job is not None]

    def _outcome(self, job: _Job) -> ScoreV1 | Exception:
        self._observations.run(texts=1, waiting=self._waiting.qsize())
        try:
            return score(job.question, clock=self._clock)
        except Exception as error:  # noqa: BLE001 - a bug of ours must cost one alert, not the thread's other ones
            return error


def settle(done: _Done) -> None:
    """In the event loop: give those who wait their outcomes."""
    for job, outcome in done:
        if job.score.done():
            continue
        if isinstance(outcome, Exception):
            job.score.set_exception(outcome)
        else:
            job.score.set_result(outcome)
