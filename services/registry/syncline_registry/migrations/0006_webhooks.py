"""What is known of a node's webhooks, and when they are to be looked after."""

import sqlalchemy as sa
from alembic import op

from syncline_common.db.types import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("nodes", sa.Column("webhooks", sa.JSON))
    op.add_column("nodes", sa.Column("webhooks_due_at", UtcDateTime))
    op.create_index("ix_nodes_webhooks_due_at", "nodes", ["webhooks_due_at"])
