"""What the benchmarks' handler writes, and the tables that every service has."""

import sqlalchemy as sa
from alembic import op

from syncline_common.audit.tables import create_audit_tables
from syncline_common.runtime.tables import create_common_tables, create_revocations

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_common_tables(op)
    create_revocations(op)
    create_audit_tables(op)
    op.create_table(
        "applied",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
