"""What all contracts share: immutability, tolerance for what is newer, and bounded value types."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from operator import methodcaller
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


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


def _as_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:  # the first and last hours of the calendar, which pydantic would let escape
        raise ValueError("the time lies outside the calendar in UTC") from error


@dataclass(frozen=True, slots=True)
class _Stored:
    """Text that PostgreSQL can store, in text or JSON: NUL characters leave it before its length is looked at.

    The same as an AfterValidator before StringConstraints, but without calling Python for either: an alert has dozens.
    """

    min_length: int | None = None
    max_length: int | None = None

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        bounds = core_schema.str_schema(min_length=self.min_length, max_length=self.max_length)
        return core_schema.chain_schema(
            [core_schema.no_info_after_validator_function(_WITHOUT_NUL, handler(source)), bounds]
        )

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(core_schema.str_schema(min_length=self.min_length, max_length=self.max_length))


_WITHOUT_NUL = methodcaller("replace", "\x00", "")

# Lengths are in characters (Unicode code points).
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
AlertId = Annotated[str, _Stored(min_length=1, max_length=512)]
Name = Annotated[str, _Stored(max_length=256)]
Line = Annotated[str, _Stored(max_length=1024)]
Text = Annotated[str, _Stored(max_length=4096)]
TechniqueId = Annotated[str, StringConstraints(pattern=r"^(T|AML\.T)[0-9]{4}(\.[0-9]{3})?$")]
TacticId = Annotated[str, StringConstraints(pattern=r"^TA[0-9]{4}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
UtcTime = Annotated[AwareDatetime, AfterValidator(_as_utc)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Count = Annotated[int, Field(ge=0, le=2**63 - 1)]
