"""Networks, and the tables that every service has."""

import sqlalchemy as sa
from alembic import op

from syncline_common.db.types import UtcDateTime
from syncline_common.runtime.tables import create_common_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_common_tables(op)
    op.create_table(
        "networks",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_key", sa.String(360), nullable=False),
        sa.Column("description", sa.String(2000), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_networks"),
        sa.UniqueConstraint("account_id", "name_key", name="uq_networks_name"),
    )
