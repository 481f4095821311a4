"""Since when a vendor is not reached."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("gate", sa.Column("away_since", sa.Float, nullable=False, server_default="0"))
