"""One alert judged: the model's answers as a ScoreV1, or an unscored one with its reason. Never an exception."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from schemas import (
    ContextV1,
    Probabilities,
    ScoreStatus,
    ScoreV1,
    StageTimes,
    UnscoredReason,
)
from services.classifier.because import because, surge
from services.classifier.deciding import decide
from services.classifier.encoded import Encoded
from services.classifier.engine import Model
from services.classifier.errors import ModelUnusable
from services.classifier.handler import Reading
from services.core.bundle import LABELS, VERDICT_HEAD

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An alert that waits for its score: what was read, what was around it, and when (UTC)."""

    reading: Reading
    context: ContextV1
    produced_at: datetime
    received_at: datetime
    normalised_at: datetime


@dataclass(frozen=True, kw_only=True)
class Question:
    """An alert, and the model that is to judge it: the one that serves when it is asked, also if another does soon."""

    work: Work
    model: Model

    @cached_property
    def text(self) -> str:
        """The alert's text in the model's text version, rendered once."""
        return self.model.render(self.work.reading.alert)


def score(question: Question, *, clock: Clock) -> ScoreV1:
    """Judge one alert, encoding its text unless that was done before. What fails leaves it unscored."""
    (judge,) = begin([question], clock=clock)
    return judge()


def begin(questions: Sequence[Question], *, clock: Clock, is_part: bool = False) -> list[Callable[[], ScoreV1]]:
    """Encode the texts of alerts for one model, unless that was done before; what is returned then judges each.

    Neither raises, and an alert whose text cannot be encoded takes no other with it: what fails is halved until it is
    found (`is_part`, of which no more is said). Whoever has several encodes all first: what judging needs stays in the
    processor's cache from one to the next.
    """
    try:
        found = questions[0].model.encode_all([question.text for question in questions])
    except Exception as error:  # noqa: BLE001 - a model's failure must never hold an alert back
        if len(questions) == 1:
            return [partial(_failed, questions[0], error, clock=clock)]
        if not is_part:
            log.warning("texts cannot be encoded together", extra={"texts": len(questions), "cause": _told(error)})
        half = len(questions) // 2
        parts = (questions[:half], questions[half:])
        return [judge for part in parts for judge in begin(part, clock=clock, is_part=True)]
    return [partial(_settled, question, each, clock=clock) for question, each in zip(questions, found, strict=True)]


def _settled(question: Question, found: Encoded, *, clock: Clock) -> ScoreV1:
    try:
        return _judged(question, found, clock=clock)
    except Exception as error:  # noqa: BLE001
        return _failed(question, error, clock=clock)
    finally:
        found.settle()


def score_known(question: Question, *, clock: Clock) -> ScoreV1 | None:
    """Judge one alert at once if the cache knows its text; else nothing, and it must wait for the encoder."""
    try:
        found = question.model.known(question.text)
        return None if found is None else _judged(question, found, clock=clock)
    except Exception as error:  # noqa: BLE001
        return _failed(question, error, clock=clock)


def _failed(question: Question, error: Exception, *, clock: Clock) -> ScoreV1:
    return unscored(
        question.work,
        reason=UnscoredReason.MODEL_ERROR,
        detail=_told(error),
        clock=clock,
        model=question.model,
    )


def _judged(question: Question, found: Encoded, *, clock: Clock) -> ScoreV1:
    """The score of an alert whose text is encoded; raises ModelUnusable where the head fails."""
    work, model = question.work, question.model
    encoded_at = clock()
    answers = model.answer(found.vector, work.context.values)
    own = answers[VERDICT_HEAD]
    said = own if model.surges is None else model.surges.weighed(own, work.reading.alert, work.context)
    probabilities = Probabilities(**dict(zip(LABELS, said, strict=True)))
    decided = decide(model.manifest, work.reading.alert, probabilities.true_positive, audit=model.audit)
    return ScoreV1(
        alert=work.reading.alert,
        context=work.context,
        status=ScoreStatus.SCORED,
        probabilities=probabilities,
        threshold=model.manifest.threshold,
        shown=decided.shown,
        decision=decided.decision,
        audited=decided.audited,
        audit_probability=decided.audit_probability,
        surge=said is not own,
        because=_told_why(question, found, own, said) if decided.is_looked_at else (),
        answers={
            head.name: dict(zip(head.labels, answers[head.name], strict=True))
            for head in model.manifest.heads
            if head.name != VERDICT_HEAD
        },
        model_version=model.version,
        text_version=model.manifest.text_version,
        origin=work.reading.origin,
        times=_times(work, encoded_at=encoded_at, scored_at=clock()),
    )


def _told_why(question: Question, found: Encoded, own: tuple[float, ...], said: tuple[float, ...]) -> tuple[str, ...]:
    """The lines of `because`, of what the model said by itself and what was made of it.

    None where they cannot be had, for an alert must not lose its score by that.
    """
    try:
        told = because(question.model, found, question.work.context.values, probability=own[0])
    except Exception as error:  # noqa: BLE001
        log.warning("a score cannot be explained", extra={"cause": _told(error)})
        told = ()
    return told if said is own else (surge(own[0], said[0]), *told)


def unscored(
    work: Work, *, reason: UnscoredReason, clock: Clock, detail: str = "", model: Model | None = None
) -> ScoreV1:
    """The record of an alert that passes without a score: it is shown, and says why."""
    return ScoreV1(
        alert=work.reading.alert,
        context=work.context,
        status=ScoreStatus.UNSCORED,
        unscored_reason=reason,
        unscored_detail=detail,
        shown=True,
        model_version=model.version if model else None,
        origin=work.reading.origin,
        times=_times(work, encoded_at=None, scored_at=clock()),
    )


def _times(work: Work, *, encoded_at: datetime | None, scored_at: datetime) -> StageTimes:
    return StageTimes(
        produced_at=work.produced_at,
        received_at=work.received_at,
        normalised_at=work.normalised_at,
        encoded_at=encoded_at,
        scored_at=scored_at,
    )


def _told(error: Exception) -> str:
    """What went wrong, without a word of the alert: our own errors name shapes, others only their kind."""
    return str(error)[:1024] if isinstance(error, ModelUnusable) else type(error).__name__
