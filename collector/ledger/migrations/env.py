"""How Alembic runs the migrations: on the connection, and in its transaction, that `collector.ledger.schema` gives."""

from alembic import context

from collector.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
