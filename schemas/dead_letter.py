"""DeadLetterV1: a message that could not be read, kept with its coordinates, bytes and reason."""

from typing import Annotated

from pydantic import ConfigDict, Field

from schemas.base import Count, Line, Message, OpenEnum, Sha256, Slug, UtcTime
from schemas.score import SourceCoordinates

BODY_LIMIT = 256 * 1024
"""How many of the original bytes are kept; in base64 (a third more) they still fit Kafka's default message size."""
_BODY_LENGTH = 4 * -(-BODY_LIMIT // 3)  # characters of base64, which JSON Schema counts where pydantic counts bytes


class DeadLetterReason(OpenEnum):
    """Why a message was refused: a closed list, so that it can label a metric."""

    EMPTY = "empty"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"
    UNKNOWN_FORMAT = "unknown_format"
    AMBIGUOUS_FORMAT = "ambiguous_format"
    INVALID_ALERT = "invalid_alert"
    INVALID_FEEDBACK = "invalid_feedback"
    INVALID_SCORE = "invalid_score"
    INTERNAL_ERROR = "internal_error"
    UNKNOWN = "unknown"


class DeadLetterV1(Message):
    """One refused message. `body` is URL-safe base64 (RFC 4648 section 5) of at most the first 256 KiB."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    service: Slug
    origin: SourceCoordinates
    reason: DeadLetterReason
    detail: Line = ""
    body: Annotated[bytes, Field(max_length=BODY_LIMIT, json_schema_extra={"maxLength": _BODY_LENGTH})] = b""
    size: Count
    sha256: Sha256
    occurred_at: UtcTime
