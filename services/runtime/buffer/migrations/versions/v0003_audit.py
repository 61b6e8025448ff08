"""The audit: with which probability a score that may close was shown all the same."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the column."""
    op.add_column("scores", sa.Column("audit_probability", sa.Float))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("scores", "audit_probability")
