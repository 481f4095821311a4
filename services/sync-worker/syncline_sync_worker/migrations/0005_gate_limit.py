"""What a vendor says it allows, where it says so."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("gate", sa.Column("told_limit", sa.Integer, nullable=False, server_default="0"))
