"""Updates of a link that nobody has answered."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("link", sa.Column("unanswered", sa.JSON))
