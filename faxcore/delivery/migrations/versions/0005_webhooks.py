"""An account may have several webhooks, each with a key of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and move the one webhook that an account could have into it."""
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "url"),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO webhook (account_id, url, key, created) "
        "SELECT id, webhook, webhook_key, created FROM account WHERE webhook <> ''"
    )
    op.add_column("notification", sa.Column("webhook_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE notification SET webhook_id = (SELECT webhook.id FROM webhook WHERE "
        "webhook.account_id = notification.account_id AND webhook.url = notification.target) "
        "WHERE kind = 'webhook'"
    )
    op.drop_column("account", "webhook")
    op.drop_column("account", "webhook_key")
