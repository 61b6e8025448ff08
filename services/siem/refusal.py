"""Refusal: a message, or one alert in it, that could not be read; a value and not an exception, as it is expected."""

from dataclasses import dataclass

from schemas import DeadLetterReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why the item at `index` of a message was refused. `detail` names fields and limits, never an alert's text."""

    reason: DeadLetterReason
    detail: str
    index: int = 0
