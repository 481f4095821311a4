"""Who changed what."""

from alembic import op

from syncline_common.audit.tables import create_audit_tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_audit_tables(op)
