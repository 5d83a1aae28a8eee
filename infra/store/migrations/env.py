"""Alembic's entry: migrates the database it is handed by infra/store/migrate.py."""

from __future__ import annotations

from alembic import context

from infra.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
