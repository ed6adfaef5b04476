"""A message may have a banner and a handler."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them, empty."""
    for name in ("banner", "handler"):
        column = sa.Column(name, sa.String(64), nullable=False, server_default="")
        op.add_column("message", column)
