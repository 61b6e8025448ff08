"""The first tables: scores, verdicts, imported alerts, judgements, offsets."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _scores()
    _verdicts()
    _imported_alerts()
    _judgements()
    _offsets()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("offsets", "judgements", "imported_alerts", "verdicts", "scores"):
        op.drop_table(table)


def _line(name: str, length: int) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length), nullable=False)


def _scores() -> None:
    op.create_table(
        "scores",
        sa.Column("id", ID, primary_key=True),
        sa.Column("identity", sa.String(32), nullable=False, unique=True),
        _line("alert_id", 512),
        sa.Column("scored_at", TIME, nullable=False),
        sa.Column("shown", sa.Boolean, nullable=False),
        _line("model_version", 128),
        _line("source", 64),
        _line("rule", 1024),
        sa.Column("alert", sa.Text, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
    )
    op.create_index("ix_scores_alert_id", "scores", ["alert_id"])


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("id", ID, primary_key=True),
        sa.Column("identity", sa.String(32), nullable=False, unique=True),
        _line("alert_id", 512),
        _line("verdict", 32),
        _line("origin", 32),
        _line("analyst", 256),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("retracted", sa.Boolean, nullable=False),
        _line("incident", 256),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("topic", sa.String(249)),
        sa.Column("partition", sa.Integer),
        sa.Column("offset", sa.BigInteger),
    )
    op.create_index("ix_verdicts_alert_id", "verdicts", ["alert_id"])
    op.create_index("ix_verdicts_kind", "verdicts", ["origin", "retracted", "verdict"])


def _imported_alerts() -> None:
    op.create_table(
        "imported_alerts",
        sa.Column("alert_id", sa.String(512), primary_key=True),
        sa.Column("raised_at", TIME, nullable=False),
        _line("source", 64),
        _line("rule", 1024),
        sa.Column("alert", sa.Text, nullable=False),
    )


def _judgements() -> None:
    op.create_table(
        "judgements",
        sa.Column("alert_id", sa.String(512), primary_key=True),
        _line("label", 32),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("analysts", sa.Text, nullable=False),
        sa.Column("contested", sa.Boolean, nullable=False),
        _line("incident", 256),
        _line("source", 64),
        _line("rule", 1024),
        sa.Column("score_id", ID, sa.ForeignKey("scores.id")),
    )
    op.create_index("ix_judgements_decided_at", "judgements", ["decided_at"])
    op.create_index("ix_judgements_score_id", "judgements", ["score_id"])


def _offsets() -> None:
    op.create_table(
        "offsets",
        sa.Column("topic", sa.String(249), primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        _line("topic_id", 64),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
    )
