"""Which credential a vendor refused last, by a name that tells nothing of it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("gate", sa.Column("refused", sa.String(32), nullable=False, server_default=sa.text("''")))
    op.add_column("gate", sa.Column("refused_at", sa.Float, nullable=False, server_default="0"))
