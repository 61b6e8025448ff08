"""Retention: scores and verdicts in the order of time."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("ix_scores_scored_at", "scores", ["scored_at"])
    op.create_index("ix_verdicts_decided_at", "verdicts", ["decided_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_verdicts_decided_at", "verdicts")
    op.drop_index("ix_scores_scored_at", "scores")
