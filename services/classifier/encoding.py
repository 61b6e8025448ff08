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
"""Scores that are handed back at once where many wait, and alerts that a thread then takes where each text is a run of
its own. Each hand-over wakes the event loop, which takes the interpreter from whoever encodes."""


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
        self._in_hand = [0] * threads
        """The alerts that each thread encodes or judges."""
        self._threads = [
            Thread(target=self._work, args=(number,), name=f"encoder-{number}", daemon=True)
            for number in range(threads)
        ]

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
        """Whether it is to be let go; those that are in some thread's hand belong to the crowd too."""
        work, crowd = job.question.work, waiting + sum(self._in_hand)
        return self._patience.is_over(work.reading.alert, sent_at=work.produced_at, waiting=crowd)

    def _work(self, number: int) -> None:
        """In a thread: some alerts at a time, all encoded and then all judged, handed back as they are."""
        while jobs := self._taken(number):
            begun = [each for group in _together(jobs) if not self._stopping for each in self._begun(group)]
            for place in range(0, len(begun), _MOST):
                done = [(job, _ended(judge)) for job, judge in begun[place : place + _MOST]]
                self._in_hand[number] = min(self._in_hand[number], len(begun) - place - len(done))
                jobs[0][0].score.get_loop().call_soon_threadsafe(settle, done)
            self._in_hand[number] = 0  # also where it stops

    def _taken(self, number: int) -> list[_Taken]:
        """This thread's share of those that wait, at least one, and which are let go; none at the end."""
        jobs: list[_Taken] = []
        try:
            while self._wants_more(jobs) and (job := self._waiting.take(at_once=bool(jobs))) is not None:
                jobs.append(job)
                self._in_hand[number] += not job[1]
        except Empty:  # no more wait
            pass
        return [] if self._stopping else jobs

    def _wants_more(self, jobs: Sequence[_Taken]) -> bool:
        """All that wait, as many as a model encodes together; where each is a run of its own, others want some too."""
        if not jobs:
            return True
        at_once = jobs[0][0].question.model.encoder.at_once
        share = at_once if at_once > 1 else min(_MOST, (len(jobs) + len(self._waiting)) // len(self._threads))
        return len(jobs) < share

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
