"""ModelEventV1: what became of a candidate model, and what serves now."""

from typing import Annotated

from pydantic import Field

from schemas.base import Contract, Line, Message, Name, OpenEnum, Sha256, UtcTime, Version


class ModelEvent(OpenEnum):
    """What happened to the candidate."""

    PROMOTED = "promoted"
    REJECTED = "rejected"
    SHADOWED = "shadowed"
    ROLLED_BACK = "rolled_back"
    UNKNOWN = "unknown"


class Candidate(Contract):
    """The model that was judged, with its figures on the holdout and every reason the gate gave.

    `manifest_sha256` is what its manifest hashed to then; events of before it was kept have none.
    """

    version: Version
    manifest_sha256: Sha256 | None = None
    metrics: Annotated[dict[Name, float], Field(max_length=128)] = {}
    reasons: Annotated[tuple[Line, ...], Field(max_length=64)] = ()


class Serving(Contract):
    """The bundle every classifier must serve: where it lies and what its manifest must hash to."""

    version: Version
    uri: Annotated[str, Field(min_length=1, max_length=2048)]
    manifest_sha256: Sha256


class ModelEventV1(Message):
    """One event. The topic is compacted, so the newest event alone says what serves: `serving` is always there.

    It is null only while no model has ever been promoted.
    """

    model_name: Name
    event: ModelEvent
    candidate: Candidate
    serving: Serving | None
    occurred_at: UtcTime
