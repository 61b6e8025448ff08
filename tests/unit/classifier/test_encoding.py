"""The encoder's queue: threads that fetch their work."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from schemas import ContextV1, ScoreStatus, ScoreV1, Severity, SourceCoordinates, UnscoredReason
from services.classifier import encoding
from services.classifier.encoded import Encoded
from services.classifier.encoding import EncoderQueue
from services.classifier.handler import Reading
from services.classifier.loading import load_bundle
from services.classifier.observations import Observations
from services.classifier.overload import Patience
from services.classifier.runs import Batches, Made, Runs
from services.classifier.scorer import Question, Work, score
from services.classifier.sessions import session
from services.core.bundle import ENCODER
from services.core.context import CONTEXT_VERSION, FEATURES
from services.runtime.dead_letters import DeadLetterAlarm
from services.runtime.metrics import ClassifierMetrics
from tests.bundles import encoder_graph, write_bundle
from tests.messages import NOON, alert


@pytest.fixture
def registry() -> CollectorRegistry:
    """Where the queue counts its runs."""
    return CollectorRegistry()


@pytest.fixture
def observations(registry: CollectorRegistry) -> Observations:
    """What the queue tells."""
    alarm = DeadLetterAlarm(bound=0.5, window=10)
    return Observations(ClassifierMetrics(registry), alarm=alarm, topic="siem.alerts")


FOR_EVER = Patience(seconds=0, crowd=0, clock=lambda: NOON)


@pytest.fixture
def queue(observations: Observations) -> EncoderQueue:
    """Two threads, not started."""
    return EncoderQueue(threads=2, clock=lambda: NOON, observations=observations, patience=FOR_EVER)


@pytest.fixture
def questions(tmp_path: Path) -> list[Question]:
    """Twenty alerts for one model."""
    model = load_bundle(str(write_bundle(tmp_path / "v1")), cache_bytes=0)
    return [Question(work=_work(number), model=model) for number in range(20)]


def _work(number: int, severity: Severity = Severity.LOW, *, produced_at: datetime = NOON) -> Work:
    judged = alert(f"winnow:t:{number}").model_copy(update={"severity": severity})
    return Work(
        reading=Reading(alert=judged, origin=SourceCoordinates(topic="t", partition=0, offset=number)),
        context=ContextV1(version=CONTEXT_VERSION, values=(0.0,) * len(FEATURES[CONTEXT_VERSION])),
        produced_at=produced_at,
        received_at=NOON,
        normalised_at=NOON,
    )


async def _scores(queue: EncoderQueue, questions: Sequence[Question]) -> list[ScoreV1]:
    """The scores of alerts that all wait when the threads begin."""
    waiting = asyncio.gather(*map(queue.score, questions))
    await asyncio.sleep(0)
    queue.start()
    scores = await waiting
    await queue.stop()
    return scores


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


@pytest.mark.parametrize("phase", ["encoding", "judging"])
async def test_a_bug_costs_one_alert_and_no_thread(
    queue: EncoderQueue, questions: list[Question], monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    """More alerts fail than there are threads, and the next one is still judged."""

    def broken(asked: list[Question], **_: Any) -> Any:
        if phase == "encoding":
            raise AttributeError("a bug")
        return [partial(getattr, None, "judge") for _ in asked]

    queue.start()
    with monkeypatch.context() as patch:
        patch.setattr(encoding, "begin", broken)
        outcomes = await asyncio.gather(*map(queue.score, questions[:3]), return_exceptions=True)
    assert {type(each) for each in outcomes} == {AttributeError}
    assert (await queue.score(questions[0])).status is ScoreStatus.SCORED
    await queue.stop()


async def test_all_that_a_thread_took_is_encoded_before_any_is_judged(
    observations: Observations, questions: list[Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What judging needs is then read into the processor's cache once."""
    done: list[str] = []
    model = questions[0].model
    for name in ("encode_all", "answer"):
        monkeypatch.setattr(model, name, _noting(done, name, getattr(model, name)))
    queue = EncoderQueue(threads=1, clock=lambda: NOON, observations=observations, patience=FOR_EVER)
    await _scores(queue, questions)
    assert done[:16] == ["encode_all"] * 8 + ["answer"] * 8


@pytest.fixture
def batching(questions: list[Question]) -> list[Question]:
    """The same alerts, with texts of three lengths, for a model that encodes up to ten texts at once, as on a GPU."""
    model = questions[0].model
    model.encoder = Batches(session(ENCODER, encoder_graph()), tokens=640, with_states=False)
    for question in questions:
        number = question.work.reading.origin.offset
        question.__dict__["text"] = "word " * (number % 3) + ("attack" if number % 2 else "word")
    return questions


async def test_a_model_that_encodes_many_at_once_is_given_many(
    observations: Observations, batching: list[Question], registry: CollectorRegistry
) -> None:
    """As many as it takes, of those that wait; each gets the score it would have got alone."""
    alone = [score(each, clock=lambda: NOON) for each in batching]
    queue = EncoderQueue(threads=1, clock=lambda: NOON, observations=observations, patience=FOR_EVER)
    waiting = asyncio.gather(*map(queue.score, batching))
    await asyncio.sleep(0)
    queue.start()
    assert await waiting == alone
    assert len({each.probabilities for each in alone}) > 1
    assert await queue.score(batching[0]) == alone[0]
    await queue.stop()
    assert registry.get_sample_value("winnow_encoder_batch_size_count") == 3
    assert registry.get_sample_value("winnow_encoder_batch_size_sum") == len(batching) + 1


async def test_a_text_that_cannot_be_encoded_takes_no_other_with_it(
    observations: Observations, batching: list[Question]
) -> None:
    """It alone passes unscored, though it was handed over with the others."""
    batching[3].__dict__["text"] = "\ud800"  # a lone surrogate, which no tokenizer takes
    queue = EncoderQueue(threads=1, clock=lambda: NOON, observations=observations, patience=FOR_EVER)
    scores = await _scores(queue, batching)
    assert [number for number, each in enumerate(scores) if each.status is ScoreStatus.UNSCORED] == [3]
    assert scores[3].unscored_reason is UnscoredReason.MODEL_ERROR


async def test_models_are_not_mixed(
    observations: Observations, batching: list[Question], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that wait over a change of the model are each encoded by the one that they were asked of."""
    other = load_bundle(str(write_bundle(tmp_path / "v2", version="v2")), cache_bytes=0)
    encoded: dict[str, list[str]] = {"v1": [], "v2": []}
    for model in (batching[0].model, other):
        monkeypatch.setattr(model, "encode_all", _noting_texts(encoded[model.version], model.encode_all))
    mixed = [Question(work=each.work, model=other) if number % 4 == 0 else each for number, each in enumerate(batching)]
    queue = EncoderQueue(threads=1, clock=lambda: NOON, observations=observations, patience=FOR_EVER)
    await _scores(queue, mixed)
    assert encoded == {name: [each.text for each in mixed if each.model.version == name] for name in encoded}


def _noting_texts(
    texts: list[str], encode_all: Callable[[Sequence[str]], list[Encoded]]
) -> Callable[[Sequence[str]], list[Encoded]]:
    def noted(given: Sequence[str]) -> list[Encoded]:
        texts.extend(given)
        return encode_all(given)

    return noted


async def test_under_overload_what_is_in_a_thread_s_hand_belongs_to_the_crowd(
    observations: Observations, batching: list[Question]
) -> None:
    """A model that takes many at once does not keep those that come then from being let go when their time is over."""
    patience = Patience(seconds=50, crowd=CROWD, clock=lambda: NOON)
    queue = EncoderQueue(threads=2, clock=lambda: NOON, observations=observations, patience=patience)
    model = batching[0].model
    held = _Held(model.encoder)
    model.encoder = held
    first, later = (
        [Question(work=_work(number, produced_at=A_MINUTE_AGO), model=model) for number in numbers]
        for numbers in (range(CROWD - 1), range(CROWD - 1, 12))
    )
    waiting = asyncio.gather(*map(queue.score, first))
    await asyncio.sleep(0)
    queue._threads[0].start()  # which takes all of them
    await asyncio.to_thread(held.entered.wait, 10)
    queue._threads[1].start()
    assert {each.unscored_reason for each in await asyncio.gather(*map(queue.score, later))} == {
        UnscoredReason.OVERLOAD
    }
    held.let_go.set()
    assert {each.status for each in await waiting} == {ScoreStatus.SCORED}
    await queue.stop()


class _Held:
    """An encoder that does not answer until it may."""

    def __init__(self, encoder: Runs) -> None:
        self.at_once, self.tokens = encoder.at_once, encoder.tokens
        self.entered, self.let_go = Event(), Event()
        self._encoder = encoder

    def __call__(self, texts: Sequence[Sequence[int]]) -> list[Made]:
        self.entered.set()
        self.let_go.wait(10)
        return self._encoder(texts)


def _noting(done: list[str], name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*given: Any) -> Any:
        done.append(name)
        return call(*given)

    return noted


async def test_it_stops_without_doing_what_still_waits(observations: Observations, questions: list[Question]) -> None:
    """Their offsets are not acknowledged, so the next start does them."""
    let_go = Event()

    def held() -> datetime:
        let_go.wait(timeout=10)
        return NOON

    queue = EncoderQueue(threads=2, clock=held, observations=observations, patience=FOR_EVER)
    queue.start()
    waiting = [asyncio.ensure_future(queue.score(each)) for each in questions]
    stopping = asyncio.ensure_future(queue.stop())
    await asyncio.sleep(0)
    let_go.set()
    await stopping
    assert sum(each.done() for each in waiting) <= 2
    for each in waiting:
        each.cancel()


CROWD = 10
A_MINUTE_AGO = NOON - timedelta(seconds=60)


@pytest.fixture
def crowded(observations: Observations) -> EncoderQueue:
    """One thread, not started; a minute is more than anybody may wait where ten wait."""
    patience = Patience(seconds=50, crowd=CROWD, clock=lambda: NOON)
    return EncoderQueue(threads=1, clock=lambda: NOON, observations=observations, patience=patience)


async def test_under_overload_the_least_severe_pass_unscored(
    crowded: EncoderQueue, questions: list[Question], registry: CollectorRegistry
) -> None:
    """As many as it takes until no crowd waits, though all are late; the others are judged, and nobody is left out."""
    severities = [Severity.CRITICAL if number % 4 == 0 else Severity.LOW for number in range(20)]
    works = [_work(number, severity, produced_at=A_MINUTE_AGO) for number, severity in enumerate(severities)]
    scores = await _scores(crowded, [Question(work=work, model=questions[0].model) for work in works])
    passed = [each for each in scores if each.status is ScoreStatus.UNSCORED]
    assert [each.alert.severity for each in passed] == [Severity.LOW] * (20 - CROWD + 1)
    assert all(each.shown and each.unscored_reason is UnscoredReason.OVERLOAD for each in passed)
    assert [each.origin.offset for each in scores] == list(range(20))
    assert registry.get_sample_value("winnow_encoder_batch_size_count") == CROWD - 1


async def test_under_overload_a_text_that_is_known_by_now_is_judged(crowded: EncoderQueue, tmp_path: Path) -> None:
    """It takes no encoder."""
    model = load_bundle(str(write_bundle(tmp_path / "v1")), cache_bytes=1 << 20)
    late = [Question(work=_work(number, produced_at=A_MINUTE_AGO), model=model) for number in range(20)]
    model.encode(late[0].text)
    scores = await _scores(crowded, late)
    assert {each.status for each in scores} == {ScoreStatus.SCORED}


async def test_the_severest_are_judged_first(observations: Observations, questions: list[Question]) -> None:
    """Whatever came before them."""
    judged: list[Severity] = []
    model = questions[0].model
    queue = EncoderQueue(threads=1, clock=lambda: NOON, observations=observations, patience=FOR_EVER)
    severities = (Severity.INFORMATIONAL, Severity.MEDIUM, Severity.CRITICAL)
    waiting = [
        asyncio.ensure_future(queue.score(Question(work=_work(number, severity), model=model)))
        for number, severity in enumerate(severities)
    ]
    for each in waiting:
        each.add_done_callback(lambda done: judged.append(done.result().alert.severity))
    await asyncio.sleep(0)
    queue.start()
    await asyncio.gather(*waiting)
    await queue.stop()
    assert judged == list(reversed(severities))
