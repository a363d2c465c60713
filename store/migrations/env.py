"""What alembic runs: the migrations, inside the transaction that `upgrade` has opened."""

from alembic import context

from store.tables import RunRow

context.configure(connection=context.config.attributes["connection"], target_metadata=RunRow.metadata)
context.run_migrations()
