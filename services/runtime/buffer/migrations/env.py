"""Alembic's entry: runs the versions on the connection, and in the transaction, that the database module hands over."""

from alembic import context

from services.runtime.buffer.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
