"""What rendering left out is kept with the recipient whose document it is missing from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty: of what was rendered before nothing is known."""
    recipient = sa.ForeignKey("recipient.id", ondelete="CASCADE")
    op.create_table(
        "render_note",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("recipient_id", sa.Integer(), recipient, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.UniqueConstraint("recipient_id", "number"),
    )
