"""What alembic runs: our revisions, on the connection and in the transaction that it is given."""

from __future__ import annotations

from alembic import context

from faxcore.delivery.model import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
context.run_migrations()
