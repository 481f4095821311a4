"""The value that a person gave a conflict instead of either side's."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("conflict", sa.Column("chosen", sa.Text))
