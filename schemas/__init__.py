"""The wire contract: every message on a Winnow topic, as frozen pydantic models.

Each model is exported as JSON Schema (`schemas/json`), has examples (`schemas/examples`) that are tests, and is held
against its released form (`schemas/released`) so that a change old readers cannot read is seen. The topics themselves
are described in `topics.yaml`.
"""

from schemas.alert import AlertV1, Attack, Entities, Rule, Severity
from schemas.base import Contract, Message
from schemas.context import ContextV1
from schemas.dead_letter import DeadLetterReason, DeadLetterV1
from schemas.feedback import FeedbackV1, Verdict, VerdictOrigin
from schemas.model_event import Candidate, ModelEvent, ModelEventV1, Serving
from schemas.score import (
    Decision,
    Probabilities,
    ScoreStatus,
    ScoreV1,
    SourceCoordinates,
    StageTimes,
    UnscoredReason,
)

CONTRACTS: tuple[type[Message], ...] = (AlertV1, ScoreV1, FeedbackV1, ModelEventV1, DeadLetterV1)

__all__ = [
    "CONTRACTS",
    "AlertV1",
    "Attack",
    "Candidate",
    "ContextV1",
    "Contract",
    "DeadLetterReason",
    "DeadLetterV1",
    "Decision",
    "Entities",
    "FeedbackV1",
    "Message",
    "ModelEvent",
    "ModelEventV1",
    "Probabilities",
    "Rule",
    "ScoreStatus",
    "ScoreV1",
    "Serving",
    "Severity",
    "SourceCoordinates",
    "StageTimes",
    "UnscoredReason",
    "Verdict",
    "VerdictOrigin",
]
