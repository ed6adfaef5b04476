"""The number of a received fax, or of a notification, is never given to another.

Clients ask for what came behind a number, and know a repeated event by its number. PostgreSQL never
gives one again; SQLite gives that of the last row again once it is deleted, unless told otherwise.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_EVER = """SELECT max(coalesce((SELECT max(id) FROM inbound), 0),
(SELECT count(*) FROM inbound) + (SELECT count(*) FROM audit WHERE action = 'retention'
AND outcome = 'received fax deleted'), coalesce((SELECT max(told) FROM change_cursor), 0))"""
"""No received fax ever had a higher number: as many as there are, and as were deleted."""


def upgrade() -> None:
    """Make the tables anew; the next received fax has a number that none can have had."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in ("inbound", "notification"):
        kwargs = {"sqlite_autoincrement": True}
        with op.batch_alter_table(table, recreate="always", table_kwargs=kwargs):
            pass
    highest = op.get_bind().scalar(sa.text(_EVER))
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'inbound'")
    op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('inbound', {highest:d})")
