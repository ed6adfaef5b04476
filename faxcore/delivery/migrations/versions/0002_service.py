"""The tables of the message service."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _account() -> sa.Column[int]:
    key = sa.ForeignKey("account.id", ondelete="CASCADE")
    return sa.Column("account_id", sa.Integer(), key, nullable=False)


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), primary_key=True),
        _account(),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("created", sa.Double(), nullable=False),
        sa.UniqueConstraint("account_id", "name"),
    )
    op.create_table(
        "change_cursor",
        sa.Column("id", sa.Integer(), primary_key=True),
        _account(),
        sa.Column("filters", sa.String(64), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.UniqueConstraint("account_id", "filters"),
    )
    op.create_table(
        "idempotency",
        sa.Column("id", sa.Integer(), primary_key=True),
        _account(),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False, index=True),
        sa.UniqueConstraint("account_id", "key"),
    )
    op.create_table(
        "inbound",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("uid", sa.String(32), nullable=False, unique=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("sender_id", sa.String(64), nullable=False),
        sa.Column("called_number", sa.String(64), nullable=False),
        sa.Column("modem", sa.String(128), nullable=False),
        sa.Column("received", sa.Double(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("tiff", sa.String(64), nullable=False),
        sa.Column("pdf", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("spool", sa.String(128), nullable=True, unique=True),
    )
    op.create_index("inbound_by_account", "inbound", ["account_id", "received"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.Double(), nullable=False, index=True),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(256), nullable=False),
        sa.Column("outcome", sa.String(200), nullable=False),
    )
