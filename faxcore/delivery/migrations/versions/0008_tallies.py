"""What is deleted still counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "tally",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("labels", sa.String(length=256), nullable=False),
        sa.Column("count", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "labels"),
    )
