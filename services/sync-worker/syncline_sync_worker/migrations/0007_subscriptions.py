"""Subscriptions: addresses of customers that are posted what happens."""

import sqlalchemy as sa
from alembic import op

from syncline_common.db.types import BigKey, UtcDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "subscription",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("types", sa.JSON, nullable=False),
        sa.Column("network_ids", sa.JSON),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("position", BigKey, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failing_since", UtcDateTime),
        sa.Column("next_try", UtcDateTime),
        sa.Column("last_answer", sa.String(60)),
        sa.Column("lease_owner", sa.String(120)),
        sa.Column("lease_epoch", sa.BigInteger, nullable=False),
        sa.Column("lease_until", UtcDateTime),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_subscription"),
    )
