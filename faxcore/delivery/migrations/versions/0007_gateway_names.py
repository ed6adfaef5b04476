"""A message centre's names for the parts of a text may be long."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give them room; SQLite never limited it."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("recipient", "gateway_id", type_=sa.Text())
