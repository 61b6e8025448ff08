"""What contracts refuse, and what they make of the odd value, when they read bytes."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import schemas
from schemas import AlertV1, DeadLetterV1
from schemas.dead_letter import BODY_LIMIT
from schemas.export import schema_of

FOLDER = Path(schemas.__file__).parent / "examples"
KAFKA_DEFAULT = 1_048_576  # max.message.bytes, a message with its overhead


def example(name: str) -> dict[str, Any]:
    """One of the examples."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_bytes())
    return found


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-05-04T12:00:00"])
def test_a_time_outside_the_calendar_or_without_a_zone_is_invalid(time: str) -> None:
    """And nothing but a validation error comes of it."""
    with pytest.raises(ValidationError):
        AlertV1.from_bytes(json.dumps(example("AlertV1/smallest") | {"observed_at": time}).encode())


def test_a_nul_is_taken_out_of_a_text() -> None:
    """PostgreSQL stores none."""
    assert AlertV1.model_validate(example("AlertV1/smallest") | {"title": "a\x00b"}).title == "ab"


def test_the_largest_dead_letter_fits_kafkas_default_and_its_own_schema() -> None:
    """Base64 makes it a third longer; JSON Schema counts those characters."""
    letter = DeadLetterV1.model_validate(example("DeadLetterV1/empty"))
    largest = letter.model_copy(update={"body": b"\xff" * BODY_LIMIT, "detail": "d" * 1024})
    written = largest.to_bytes()
    assert len(written) < KAFKA_DEFAULT
    assert DeadLetterV1.from_bytes(written) == largest
    properties: Any = schema_of(DeadLetterV1)["properties"]
    assert len(json.loads(written)["body"]) == properties["body"]["maxLength"]
