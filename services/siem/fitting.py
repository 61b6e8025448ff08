"""Making a draft fit its contract: what is too long is clipped, what cannot be right is left out.

The contract itself says what is wrong (pydantic's error list), so its bounds are written down once, in `schemas`.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas import Message

MessageT = TypeVar("MessageT", bound=Message)
_PASSES = 4
"""A repair can bring out the next error below it; contracts nest three deep."""


class UnfitError(Exception):
    """The draft lacks something its contract cannot do without."""


def fitted(contract: type[MessageT], draft: dict[str, Any]) -> MessageT:
    """The draft as its contract, repaired where that takes away nothing but excess and nonsense.

    The draft is changed in place. Raises UnfitError naming the fields that are missing or wrong.
    """
    for _ in range(_PASSES):
        try:
            return contract.model_validate(draft)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False)
            # From the back, so that leaving out an item of a list does not move the ones still to be repaired.
            repaired = [_repair(draft, problem) for problem in reversed(problems)]
            if not all(repaired):
                break
    raise UnfitError("; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in problems[:8]))


def _repair(draft: dict[str, Any], problem: ErrorDetails) -> bool:
    """Clip or leave out what the problem is about; whether there was anything to be done."""
    where = [step for step in problem["loc"] if step != "[key]"]
    limit = problem.get("ctx", {}).get("max_length")
    match problem["type"]:
        case "string_too_long" | "too_long" if where and isinstance(limit, int) and problem["loc"][-1] != "[key]":
            return _change(draft, where, limit=limit)
        case "missing":
            return _change(draft, where[:-1], limit=None)
        case _:
            return _change(draft, where, limit=None)


def _change(draft: dict[str, Any], where: Sequence[int | str], *, limit: int | None) -> bool:
    """Clip the value at a place to `limit`, or without one leave it out."""
    if not where:
        return False
    parent: Any = draft
    try:
        for step in where[:-1]:
            parent = parent[step]
        if limit is None:
            del parent[where[-1]]
        else:
            parent[where[-1]] = _clipped(parent[where[-1]], limit)
    except (KeyError, IndexError, TypeError):
        return True  # it left together with something around it
    return True


def _clipped(value: str | list[object] | dict[str, object], limit: int) -> str | list[object] | dict[str, object]:
    return dict(list(value.items())[:limit]) if isinstance(value, dict) else value[:limit]
