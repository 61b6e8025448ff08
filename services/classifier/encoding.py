"""The encoder's queue: alerts whose text is new wait here for a thread. Nothing waits for a batch to fill."""

import asyncio
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread

from schemas import ScoreV1
from services.classifier.observations import Observations
from services.classifier.scorer import Clock, Question, score


@dataclass(frozen=True, slots=True)
class _Job:
    question: Question
    score: asyncio.Future[ScoreV1]


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
        """In a thread: one alert after the other, each handed back as soon as it is done."""
        while (job := self._waiting.get()) is not None and not self._stopping:
            self._observations.run(texts=1, waiting=self._waiting.qsize())
            job.score.get_loop().call_soon_threadsafe(_settle, job.score, self._outcome(job))

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
