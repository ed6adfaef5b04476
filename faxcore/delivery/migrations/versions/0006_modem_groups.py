"""Modems may be in groups, which accounts and messages may name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the names of groups, and an account's header line."""
    for table in ("account", "message", "recipient", "worker"):
        column = sa.Column("modem_group", sa.String(64), nullable=False, server_default="")
        op.add_column(table, column)
    op.add_column("account", sa.Column("header", sa.String(512), nullable=False, server_default=""))
