"""Sessions, what people have begun, and the tables that every service has."""

import sqlalchemy as sa
from alembic import op

from syncline_common.audit.tables import create_audit_tables
from syncline_common.db.types import UtcDateTime
from syncline_common.runtime.tables import create_common_tables, create_revocations

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_common_tables(op)
    create_audit_tables(op)
    create_revocations(op)
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("fresh_until", UtcDateTime, nullable=False),
        sa.Column("refreshing_until", UtcDateTime),
        sa.Column("used_at", UtcDateTime, nullable=False, index=True),
    )
    op.create_table(
        "wizards",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("network_id", sa.Uuid, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False, index=True),
        sa.PrimaryKeyConstraint("account_id", "person_id", "id", name="pk_wizards"),
    )
