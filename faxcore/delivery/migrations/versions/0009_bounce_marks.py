"""Bounce addresses have a part that nobody can guess."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; "" for mail that is on its way already, whose bounces come to its number alone."""
    column = sa.Column("bounce_mark", sa.String(32), nullable=False, server_default="")
    op.add_column("recipient", column)
