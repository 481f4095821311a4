"""Which projects of a system a connection keeps in step."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("usages", sa.Column("projects", sa.JSON))
