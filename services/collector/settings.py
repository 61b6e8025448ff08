"""What can be set of a collector."""

from typing import Annotated

from pydantic import Field

from services.runtime.settings import BufferSettings, ProcessSettings, Section


class CollectorSection(Section):
    """The collector's own settings."""

    group: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,200}$")] = "winnow-collector"
    """Consumer group; collectors of one group share the partitions, and must share the buffer."""
    batch_messages: Annotated[int, Field(ge=1, le=20_000)] = 4000
    """Messages stored in one transaction at most."""
    dead_letter_share: Annotated[float, Field(gt=0, le=1)] = 0.2
    """Share of a topic's recent messages with a dead letter above which winnow_dead_letter_alarm is raised."""
    dead_letter_window: Annotated[int, Field(ge=20, le=1_000_000)] = 1000
    """How many messages count as recent."""
    watchdog_seconds: Annotated[float, Field(gt=0)] = 60.0
    """With messages waiting and none stored, or nobody knowing whether any wait, for this long, /healthz turns red."""
    retry_seconds: Annotated[float, Field(gt=0)] = 1.0
    """Pause before Kafka or the database is tried again."""
    lag_seconds: Annotated[float, Field(gt=0)] = 5.0
    """How often the ends of the topics are asked for."""
    forget_seconds: Annotated[float, Field(gt=0)] = 60.0
    """How often alerts and verdicts are looked for that are too old to keep; then all of them are forgotten."""
    forget_rows: Annotated[int, Field(ge=1)] = 5000
    """How many old scores, imported alerts and verdicts each are looked at between two batches; fewer than
    `batch_messages` may be too few to keep up."""
    start_timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    """How long to wait for a broker and the database at start before giving up."""


class CollectorSettings(ProcessSettings):
    """Everything the collector reads."""

    buffer: BufferSettings = BufferSettings()
    collector: CollectorSection = CollectorSection()
