"""The tables that every service has."""

from alembic import op

from syncline_common.runtime.tables import create_common_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_common_tables(op)
