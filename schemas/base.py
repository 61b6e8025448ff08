"""What all contracts share: immutability, tolerance for what is newer, and bounded value types."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints


class Contract(BaseModel):
    """A message or a part of one: immutable, and deaf to fields it does not know (a newer writer may add some)."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="null", allow_inf_nan=False)


class Message(Contract):
    """A contract that is the value of a Kafka message. Within another message an absent version means 1."""

    schema_version: Literal[1] = 1

    def to_bytes(self) -> bytes:
        """Write the message as it travels: UTF-8 JSON, its version first, fields left out that have their default."""
        body = self.model_dump_json(exclude_defaults=True)
        return f'{{"schema_version":{self.schema_version},{body[1:]}'.encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a message.

        Raises:
            pydantic.ValidationError: the bytes are not JSON, or do not keep to the contract.
        """
        return cls.model_validate_json(data)


class OpenEnum(StrEnum):
    """A closed list for writers and an open one for readers: a name it does not know reads as its last member.

    Subclasses end with the member that means "something newer than this reader".
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return list(cls)[-1] if isinstance(value, str) else None


def _without_nul(value: str) -> str:
    return value.replace("\x00", "")  # PostgreSQL cannot store it in text or JSON


def _as_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:  # the first and last hours of the calendar, which pydantic would let escape
        raise ValueError("the time lies outside the calendar in UTC") from error


# Lengths are in characters (Unicode code points).
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
AlertId = Annotated[str, AfterValidator(_without_nul), StringConstraints(min_length=1, max_length=512)]
Name = Annotated[str, AfterValidator(_without_nul), StringConstraints(max_length=256)]
Line = Annotated[str, AfterValidator(_without_nul), StringConstraints(max_length=1024)]
Text = Annotated[str, AfterValidator(_without_nul), StringConstraints(max_length=4096)]
TechniqueId = Annotated[str, StringConstraints(pattern=r"^(T|AML\.T)[0-9]{4}(\.[0-9]{3})?$")]
TacticId = Annotated[str, StringConstraints(pattern=r"^TA[0-9]{4}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
UtcTime = Annotated[AwareDatetime, AfterValidator(_as_utc)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Count = Annotated[int, Field(ge=0, le=2**63 - 1)]
