"""Tables that a person writes: vendor values to Winnow's names, which here must be exact.

The contracts read a name they do not know as their last member: a newer writer's. In settings it is a typo.
"""

from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from schemas import Severity, Verdict

ValueT = TypeVar("ValueT")


def _exactly(names: type[StrEnum]) -> BeforeValidator:
    def check(value: object) -> object:
        if value not in list(names):
            raise ValueError(f"one of {', '.join(names)} is wanted")
        return value

    return BeforeValidator(check)


SeverityName = Annotated[Severity, _exactly(Severity)]
VerdictName = Annotated[Verdict, _exactly(Verdict)]


def folded(table: dict[str, ValueT]) -> dict[str, ValueT]:
    """The table by its keys in lower case.

    Raises ValueError if two keys then are the same.
    """
    by_key = {key.strip().lower(): value for key, value in table.items()}
    if len(by_key) != len(table) or "" in by_key:
        raise ValueError("a value is empty, or is given twice: upper and lower case are the same")
    return by_key


VerdictTable = Annotated[dict[str, VerdictName], Field(min_length=1), AfterValidator(folded)]
"""A vendor's values, in any case, and the verdict each of them means."""
