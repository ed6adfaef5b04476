"""A received fax may have named a sub-address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it, empty."""
    column = sa.Column("subaddress", sa.String(32), nullable=False, server_default="")
    op.add_column("inbound", column)
