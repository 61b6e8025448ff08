"""Forgetting: the record of who was forgotten, and imported alerts in the order of time."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and the index."""
    op.create_index("ix_imported_alerts_raised_at", "imported_alerts", ["raised_at"])
    op.create_table(
        "forgettings",
        sa.Column("id", ID, primary_key=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("alerts", sa.BigInteger, nullable=False),
        sa.Column("scores", sa.BigInteger, nullable=False),
        sa.Column("verdicts", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("forgettings")
    op.drop_index("ix_imported_alerts_raised_at", "imported_alerts")
