"""Announcements, and the tables that every service has."""

import sqlalchemy as sa
from alembic import op

from syncline_common.db.types import BigKey, UtcDateTime
from syncline_common.runtime.tables import create_common_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_common_tables(op)
    op.create_table(
        "announcement",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("position", BigKey, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("network_id", sa.Uuid),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("kept_at", UtcDateTime, nullable=False, index=True),
        sa.PrimaryKeyConstraint("account_id", "position", name="pk_announcement"),
        sa.UniqueConstraint("account_id", "event_id", name="uq_announcement_event"),
    )
    op.create_table(
        "announcement_head",
        sa.Column("account_id", sa.Uuid, primary_key=True),
        sa.Column("position", BigKey, nullable=False),
    )
