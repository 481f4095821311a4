"""What a run would destroy, and whether it may; runs whose approval is to be carried out."""

import sqlalchemy as sa
from alembic import op

from syncline_common.db.types import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "guarded",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("connection_id", sa.Uuid, nullable=False),
        sa.Column("link_id", sa.Uuid, nullable=False),
        sa.Column("flow_id", sa.String(60), nullable=False),
        sa.Column("run_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("operations", sa.JSON, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "link_id", "account_id", name="pk_guarded"),
    )
    op.create_index("ix_guarded_at", "guarded", ["at"])
    op.create_index("ix_guarded_run", "guarded", ["run_id", "state", "link_id"])
    op.add_column("run", sa.Column("approved_at", UtcDateTime))
