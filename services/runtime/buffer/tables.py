"""The tables of the training buffer. `migrations` makes them; a test holds the two together.

Alerts and contexts are kept as the JSON text they travelled as, in text columns: PostgreSQL's own JSON types refuse
what is legal in a message (an escaped NUL).
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class UtcTime(TypeDecorator[datetime]):
    """An aware time. SQLite knows no time zones: there it is stored without one, and is UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn to UTC."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Name the time zone again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()
Id = BigInteger().with_variant(Integer(), "sqlite")


def _line(name: str, length: int, **options: Any) -> Column[str]:  # noqa: ANN401 - the library's own options
    return Column(name, String(length), nullable=False, **options)


scores = Table(
    "scores",
    metadata,
    Column("id", Id, primary_key=True),
    _line("identity", 32, unique=True),  # of alert id and source coordinates: the same alert scored twice is one row
    _line("alert_id", 512),
    Column("scored_at", UtcTime, nullable=False),
    Column("shown", Boolean, nullable=False),
    Column("audit_probability", Float),  # of what may close and was shown by lot; null for all else
    _line("model_version", 128),  # empty where the alert passed unscored
    _line("source", 64),
    _line("rule", 1024),
    Column("alert", Text, nullable=False),
    Column("context", Text, nullable=False),
    Index("ix_scores_alert_id", "alert_id"),
    Index("ix_scores_scored_at", "scored_at"),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Id, primary_key=True),
    _line("identity", 32, unique=True),  # of what it says: the same verdict sent twice is one row
    _line("alert_id", 512),
    _line("verdict", 32),
    _line("origin", 32),
    _line("analyst", 256),
    Column("decided_at", UtcTime, nullable=False),
    Column("retracted", Boolean, nullable=False),
    _line("incident", 256),
    Column("body", Text, nullable=False),  # the whole FeedbackV1 but for the alert inside it
    Column("topic", String(249)),  # where it was read, for people who look; null where it was imported
    Column("partition", Integer),
    Column("offset", BigInteger),
    Index("ix_verdicts_alert_id", "alert_id"),
    Index("ix_verdicts_decided_at", "decided_at"),
    Index("ix_verdicts_kind", "origin", "retracted", "verdict"),
)

# History from before Winnow, with or without a verdict: replayed in time order for its context.
imported_alerts = Table(
    "imported_alerts",
    metadata,
    Column("alert_id", String(512), primary_key=True),
    Column("raised_at", UtcTime, nullable=False),
    _line("source", 64),
    _line("rule", 1024),
    Column("alert", Text, nullable=False),
    Index("ix_imported_alerts_raised_at", "raised_at"),
)

# What each alert's verdicts come to by the rules of services.core.labels, for alerts that are known. It follows from
# the tables above, is written in the same transaction, and tells what a batch changed.
judgements = Table(
    "judgements",
    metadata,
    Column("alert_id", String(512), primary_key=True),
    _line("label", 32),
    Column("decided_at", UtcTime, nullable=False),
    Column("analysts", Text, nullable=False),  # JSON array, the one that counts first
    Column("contested", Boolean, nullable=False),
    _line("incident", 256),
    _line("source", 64),
    _line("rule", 1024),
    Column("score_id", Id, ForeignKey("scores.id")),  # null where only an imported alert is known
    Index("ix_judgements_decided_at", "decided_at"),
    Index("ix_judgements_score_id", "score_id"),
)

# Where reading goes on. The truth: what Kafka holds as committed only informs the tools that watch lag.
offsets = Table(
    "offsets",
    metadata,
    Column("topic", String(249), primary_key=True),
    Column("partition", Integer, primary_key=True),
    _line("topic_id", 64),  # Kafka's id of the topic: one made anew under an old name is read from its start
    Column("next_offset", BigInteger, nullable=False),
)

# Who was forgotten, without saying who: that it was done can be shown to whoever asks and names them.
forgettings = Table(
    "forgettings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("forgotten_at", UtcTime, nullable=False),
    _line("kind", 16),
    _line("salt", 32),
    _line("digest", 64),
    Column("alerts", BigInteger, nullable=False),
    Column("scores", BigInteger, nullable=False),
    Column("verdicts", BigInteger, nullable=False),
)
