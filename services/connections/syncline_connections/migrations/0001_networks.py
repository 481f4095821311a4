"""Known networks, and the tables that every service has."""

import sqlalchemy as sa
from alembic import op

from syncline_common.runtime.tables import create_common_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_common_tables(op)
    op.create_table(
        "networks",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_networks"),
    )
