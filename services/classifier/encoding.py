"""The encoder's queue: alerts whose text is new wait here for a thread. Nothing waits for a batch to fill.

Where too many wait, what has no patience left passes unscored, for overload.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from queue import Empty
from threading import Thread

from schemas import ScoreV1, UnscoredReason
from services.classifier.observations import Observations
from services.classifier.overload import Patience, WaitingLine, rank_of
from services.classifier.scorer import Clock, Question, begin, score_known, unscored

_MOST = 8
"""Alerts that a thread takes at once where many wait, or as many as the model best encodes together, if more. Each
hand-over wakes the event loop, which takes the interpreter from whoever encodes."""


@dataclass(frozen=True, slots=True)
class _Job:
    question: Question
    score: asyncio.Future[ScoreV1]


_Judge = Callable[[], ScoreV1]
_Taken = tuple[_Job, bool]
"""A job, and whether it is to be let go."""
_Done = list[tuple[_Job, ScoreV1 | Exception]]


class EncoderQueue:
    """Scores alerts on `threads` threads, the severest first. Lives in one event loop.

    The threads fetch their work themselves: one that had to ask the event loop for more would stand idle whenever the
    loop is busy reading or publishing.
    """

    def __init__(self, *, threads: int, clock: Clock, observations: Observations, patience: Patience) -> None:
        self._clock = clock
        self._observations = observations
        self._patience = patience
        self._waiting = WaitingLine[_Job](self._is_late, monotonic=time.monotonic)
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
            self._waiting.close()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    async def score(self, question: Question) -> ScoreV1:
        """The alert's score, as soon as a thread has judged it or let it go."""
        job = _Job(question, asyncio.get_running_loop().create_future())
        self._waiting.put(job, rank=rank_of(question.work.reading.alert))
        return await job.score

    def _is_late(self, job: _Job, waiting: int) -> bool:
        work = job.question.work
        return self._patience.is_over(work.reading.alert, sent_at=work.produced_at, waiting=waiting)

    def _work(self) -> None:
        """In a thread: some alerts at a time, all encoded and then all judged, handed back when the last of them is."""
        while jobs := self._taken():
            begun = [each for group in _together(jobs) if not self._stopping for each in self._begun(group)]
            done = [(job, _ended(judge)) for job, judge in begun]
            jobs[0][0].score.get_loop().call_soon_threadsafe(settle, done)

    def _taken(self) -> list[_Taken]:
        """This thread's share of those that wait, at least one, and which are let go; none at the end."""
        jobs = [self._waiting.take()]
        most = max(_MOST, jobs[0][0].question.model.encoder.at_once) if jobs[0] is not None else 1
        share = (len(jobs) + len(self._waiting)) // len(self._threads)
        try:
            while len(jobs) < min(most, share):
                jobs.append(self._waiting.take(at_once=True))
        except Empty:  # another thread was quicker
            pass
        return [] if self._stopping else [job for job in jobs if job is not None]

    def _begun(self, group: Sequence[_Taken]) -> list[tuple[_Job, _Judge | Exception]]:
        """Alerts encoded together, those that there is still time for; what is returned with each gives its record."""
        late = [(job, partial(self._let_go, job.question)) for job, is_late in group if is_late]
        due = [job for job, is_late in group if not is_late]
        if not due:
            return [*late]
        try:
            self._observations.run(texts=len(due), waiting=len(self._waiting))
            return [*late, *zip(due, begin([job.question for job in due], clock=self._clock), strict=True)]
        except Exception as error:  # noqa: BLE001 - a bug of ours must cost some alerts, not the thread's other ones
            return [*late, *((job, error) for job in due)]

    def _let_go(self, question: Question) -> ScoreV1:
        """The record of an alert that can wait no longer; its score all the same if its text is known by now."""
        known = score_known(question, clock=self._clock)
        reason = UnscoredReason.OVERLOAD
        return known or unscored(question.work, reason=reason, clock=self._clock, model=question.model)


def _together(jobs: Sequence[_Taken]) -> Iterator[Sequence[_Taken]]:
    """The jobs in groups that their model best encodes together."""
    for _, group in groupby(jobs, key=lambda taken: id(taken[0].question.model)):
        of_one = list(group)
        at_once = of_one[0][0].question.model.encoder.at_once
        yield from (of_one[place : place + at_once] for place in range(0, len(of_one), at_once))


def _ended(judge: _Judge | Exception) -> ScoreV1 | Exception:
    try:
        return judge if isinstance(judge, Exception) else judge()
    except Exception as error:  # noqa: BLE001 - as above
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
