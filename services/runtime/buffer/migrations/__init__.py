"""Alembic's versions of the buffer's tables; `services.runtime.buffer.database` runs them when it opens one."""
