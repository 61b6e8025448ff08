"""ScoreV1: what Winnow thinks of one alert, with everything needed to learn from it later."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.alert import AlertV1
from schemas.base import (
    Contract,
    Count,
    Line,
    Message,
    Name,
    OpenEnum,
    Probability,
    UtcTime,
    Version,
)
from schemas.context import ContextV1


class ScoreStatus(OpenEnum):
    """Whether a model judged the alert; an alert is never held back because none could."""

    SCORED = "scored"
    UNSCORED = "unscored"
    UNKNOWN = "unknown"


class UnscoredReason(OpenEnum):
    """Why an alert passed without a score."""

    NO_MODEL = "no_model"
    MODEL_ERROR = "model_error"
    OVERLOAD = "overload"
    UNKNOWN = "unknown"


class Decision(OpenEnum):
    """What the score suggests; Winnow itself never closes an alert."""

    ESCALATE = "escalate"
    REVIEW = "review"
    MAY_CLOSE = "may_close"
    UNKNOWN = "unknown"


class Probabilities(Contract):
    """Calibrated probabilities of the three verdicts; they sum to one."""

    true_positive: Probability
    benign_positive: Probability
    false_positive: Probability


class SourceCoordinates(Contract):
    """Where the alert stood: two scores with equal coordinates are one alert scored twice (at-least-once delivery).

    `index` counts the alerts within one Kafka message.
    """

    topic: Annotated[str, Field(max_length=249)]
    partition: Count
    offset: Count
    index: Count = 0


class StageTimes(Contract):
    """When each stage was done (UTC). `produced_at` is Kafka's timestamp of the alert."""

    produced_at: UtcTime
    received_at: UtcTime
    normalised_at: UtcTime
    encoded_at: UtcTime | None = None
    scored_at: UtcTime


Answer = Annotated[dict[Name, Probability], Field(max_length=64)]


class ScoreV1(Message):
    """One alert's score.

    `shown` tells whether an analyst should see it: it is unscored, or P(true_positive) reaches `threshold`, or, where
    the model's decisions are in force, the `decision` is another than `may_close`. What may close is shown if it is
    `audited`: drawn by lot, with `audit_probability`. `because` says in words what weighed most.
    In a `surge` its rule fires far more often on its host than it did where it was harmless, and the model called it
    more harmless than such a surge is believed: P(true_positive) is what surges were, as far as that is known, and no
    less than the share of attacks in all that was learned.
    `answers` has one distribution for each further question the model has a head for.
    """

    alert: AlertV1
    context: ContextV1
    status: ScoreStatus
    unscored_reason: UnscoredReason | None = None
    unscored_detail: Line = ""
    probabilities: Probabilities | None = None
    threshold: Probability | None = None
    shown: bool
    answers: Annotated[dict[Name, Answer], Field(max_length=16)] = {}
    decision: Decision | None = None
    audited: bool = False
    audit_probability: Probability | None = None
    surge: bool = False
    because: Annotated[tuple[Line, ...], Field(max_length=16)] = ()
    model_version: Version | None = None
    text_version: Annotated[int, Field(ge=1)] | None = None
    origin: SourceCoordinates
    times: StageTimes

    @model_validator(mode="after")
    def _says_what_its_status_promises(self) -> Self:
        if self.status is ScoreStatus.SCORED and (self.probabilities is None or self.model_version is None):
            raise ValueError("a scored alert carries its probabilities and the version of the model")
        if self.status is ScoreStatus.UNSCORED and (self.unscored_reason is None or not self.shown):
            raise ValueError("an unscored alert carries its reason and is shown")
        return self
