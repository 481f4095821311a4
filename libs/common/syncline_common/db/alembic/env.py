"""What Alembic runs for every service's migrations; the connection is handed in."""

from alembic import context

given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=given["metadata"],
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,  # SQLite, too: we begin the transaction ourselves
)
context.run_migrations()
