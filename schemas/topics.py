"""The topics of `topics.yaml` as values."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

ALERTS = "siem.alerts"
FEEDBACK = "siem.feedback"
SCORES = "winnow.scores"
MODELS = "winnow.models"
DEAD_LETTERS = "winnow.dead-letters"


class Topic(BaseModel):
    """One topic: its name, contract, who writes and reads it, and how Kafka keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    carries: str
    contract: str | None
    key: str
    written_by: tuple[str, ...]
    read_by: tuple[str, ...]
    partitions: Annotated[int, Field(ge=1)]
    cleanup: Literal["delete", "compact"]
    retention_days: Annotated[int, Field(ge=1)] | None

    @property
    def kafka_config(self) -> dict[str, str]:
        """Kafka's own settings for this topic (`cleanup.policy`, `retention.ms`)."""
        config: dict[str, str] = {"cleanup.policy": self.cleanup}
        if self.retention_days is not None:
            config["retention.ms"] = str(self.retention_days * 24 * 60 * 60 * 1000)
        return config


@cache
def topics() -> tuple[Topic, ...]:
    """All topics, in the order of `topics.yaml`.

    Raises:
        pydantic.ValidationError: the file does not have the shape of `Topic`.
    """
    described = yaml.safe_load((files("schemas") / "topics.yaml").read_text(encoding="utf-8"))
    return TypeAdapter(tuple[Topic, ...]).validate_python(described)
