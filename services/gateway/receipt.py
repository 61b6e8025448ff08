"""The answer to a sender: for each item whether Kafka has it, and if not, why."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Outcome(StrEnum):
    """What became of an item."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNACKNOWLEDGED = "unacknowledged"


class Item(Answer):
    """What became of one item."""

    index: int = Field(ge=0)
    """Its place in the request, from 0."""
    outcome: Outcome
    """`accepted`: all of Kafka's in-sync replicas have it. `refused`: it was not sent, and sending it again will not
    help. `unacknowledged`: Kafka has not confirmed it; send it again."""
    alert_ids: tuple[str, ...] = ()
    """The alert that it is, or the alerts that it judges."""
    reason: str = ""
    """Why it is refused, of a closed list."""
    detail: str = ""
    """What exactly, naming fields and limits."""


class Receipt(Answer):
    """What became of a request's items."""

    accepted: int = Field(ge=0)
    refused: int = Field(ge=0)
    unacknowledged: int = Field(ge=0)
    items: tuple[Item, ...]

    @property
    def status(self) -> Literal[200, 207, 422, 503]:
        """The HTTP status.

        503 as soon as one item is unacknowledged: senders look at the status alone, and one that sends all again
        repeats an alert under the same id, while one that is told 2xx would never send what is missing.
        """
        if self.unacknowledged:
            return 503
        if not self.accepted:
            return 422
        return 207 if self.refused else 200


class Problem(Answer):
    """Why nothing was done with a request."""

    error: str
    """The kind of problem, a word."""
    detail: str
    """What exactly."""


def receipt_of(items: Sequence[Item]) -> Receipt:
    """The items with their counts."""
    counts = {kind.value: sum(item.outcome is kind for item in items) for kind in Outcome}
    return Receipt(**counts, items=tuple(items))
