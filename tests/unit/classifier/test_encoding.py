"""The encoder's queue: threads that fetch their work."""

import asyncio
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from schemas import ContextV1, ScoreStatus, SourceCoordinates
from services.classifier import encoding
from services.classifier.encoding import EncoderQueue
from services.classifier.handler import Reading
from services.classifier.loading import load_bundle
from services.classifier.observations import Observations
from services.classifier.scorer import Question, Work
from services.core.context import CONTEXT_VERSION, FEATURES
from services.runtime.dead_letters import DeadLetterAlarm
from services.runtime.metrics import ClassifierMetrics
from tests.bundles import write_bundle
from tests.messages import NOON, alert


@pytest.fixture
def registry() -> CollectorRegistry:
    """Where the queue counts its runs."""
    return CollectorRegistry()


@pytest.fixture
def observations(registry: CollectorRegistry) -> Observations:
    """What the queue tells."""
    return Observations(ClassifierMetrics(registry), alarm=DeadLetterAlarm(bound=0.5, window=10))


@pytest.fixture
def queue(observations: Observations) -> EncoderQueue:
    """Two threads, not started."""
    return EncoderQueue(threads=2, clock=lambda: NOON, observations=observations)


@pytest.fixture
def questions(tmp_path: Path) -> list[Question]:
    """Twenty alerts for one model."""
    model = load_bundle(str(write_bundle(tmp_path / "v1")), cache_bytes=0)
    return [Question(work=_work(number), model=model) for number in range(20)]


def _work(number: int) -> Work:
    return Work(
        reading=Reading(
            alert=alert(f"winnow:t:{number}"), origin=SourceCoordinates(topic="t", partition=0, offset=number)
        ),
        context=ContextV1(version=CONTEXT_VERSION, values=(0.0,) * len(FEATURES[CONTEXT_VERSION])),
        produced_at=NOON,
        received_at=NOON,
        normalised_at=NOON,
    )


async def test_every_question_gets_its_own_answer(
    queue: EncoderQueue, questions: list[Question], registry: CollectorRegistry
) -> None:
    """However the threads share them, and each in a run of its own."""
    queue.start()
    scores = await asyncio.gather(*map(queue.score, questions))
    await queue.stop()
    assert [score.alert.alert_id for score in scores] == [each.work.reading.alert.alert_id for each in questions]
    assert {score.status for score in scores} == {ScoreStatus.SCORED}
    assert registry.get_sample_value("winnow_encoder_batch_size_count") == len(questions)


async def test_those_that_wait_together_are_handed_back_together(
    queue: EncoderQueue, questions: list[Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each hand-over wakes the event loop; one that waits alone is handed back alone."""
    handed: list[int] = []
    settle = encoding.settle

    def counted(done: list[Any]) -> None:
        handed.append(len(done))
        settle(done)

    monkeypatch.setattr(encoding, "settle", counted)
    waiting = asyncio.gather(*map(queue.score, questions * 3))
    await asyncio.sleep(0)
    queue.start()
    assert len(await waiting) == sum(handed) == 60
    assert max(handed) == 8
    assert len(handed) < 20
    handed.clear()
    await queue.score(questions[0])
    await queue.stop()
    assert handed == [1]


async def test_a_bug_costs_one_alert_and_no_thread(queue: EncoderQueue, questions: list[Question]) -> None:
    """More alerts fail than there are threads, and the next one is still judged."""
    queue.start()
    broken = [queue.score("no question") for _ in range(3)]  # type: ignore[arg-type]
    assert all(isinstance(each, AttributeError) for each in await asyncio.gather(*broken, return_exceptions=True))
    assert (await queue.score(questions[0])).status is ScoreStatus.SCORED
    await queue.stop()


async def test_it_stops_without_doing_what_still_waits(observations: Observations, questions: list[Question]) -> None:
    """Their offsets are not acknowledged, so the next start does them."""
    let_go = Event()

    def held() -> datetime:
        let_go.wait(timeout=10)
        return NOON

    queue = EncoderQueue(threads=2, clock=held, observations=observations)
    queue.start()
    waiting = [asyncio.ensure_future(queue.score(each)) for each in questions]
    stopping = asyncio.ensure_future(queue.stop())
    await asyncio.sleep(0)
    let_go.set()
    await stopping
    assert sum(each.done() for each in waiting) <= 2
    for each in waiting:
        each.cancel()
