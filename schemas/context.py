"""ContextV1: what happened around an alert, as the model saw it. It travels inside the score."""

from typing import Annotated

from pydantic import Field

from schemas.base import Contract, Count


class ContextV1(Contract):
    """The numbers and hashed tokens an alert was scored with.

    `version` names the tracker that made them (its feature order is fixed per version); `partial` is set while the
    tracker has not yet seen the whole of its longest window, so counts may be too low.
    """

    version: Annotated[int, Field(ge=1)]
    values: Annotated[tuple[float, ...], Field(max_length=256)] = ()
    tokens: Annotated[tuple[Count, ...], Field(max_length=64)] = ()
    partial: bool = False
