"""What goes into the buffer together, and what became of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas import AlertV1, FeedbackV1, ScoreV1, SourceCoordinates, Verdict

Place = tuple[str, int]
"""A topic's name and a partition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where reading a partition goes on. `topic_id` is Kafka's own id of the topic, empty where it gives none."""

    topic: str
    partition: int
    next_offset: int
    topic_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadVerdict:
    """A verdict, and where it was read; nowhere if it was imported from a file."""

    feedback: FeedbackV1
    origin: SourceCoordinates | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is stored together, or not at all.

    `alerts` are history without a verdict, imported for the context they give; alerts inside verdicts are history too.
    """

    scores: Sequence[ScoreV1] = ()
    alerts: Sequence[AlertV1] = ()
    verdicts: Sequence[ReadVerdict] = ()
    positions: Sequence[Position] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict that counts, and the score it judges. `model_version` is empty where the alert passed unscored.

    `audit_probability` is set where the alert might have been closed, and was shown by lot.
    """

    model_version: str
    shown: bool
    verdict: Verdict
    audit_probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a batch changed; repeats change nothing.

    `alerts` are the ids of imported alerts. `judged` are judgements that now stand and did not before, `withdrawn` the
    ones that no longer do: the verdict was taken back or replaced, or the score that was judged arrived late.
    """

    scores: tuple[ScoreV1, ...] = ()
    alerts: tuple[str, ...] = ()
    verdicts: tuple[FeedbackV1, ...] = ()
    judged: Counter[Judged] = field(default_factory=Counter)
    withdrawn: Counter[Judged] = field(default_factory=Counter)
