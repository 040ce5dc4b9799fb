"""An entry of what a series store refused may be a range of screenings."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is there is one screening each."""
    op.add_column("series_aside", sa.Column("last", sa.BigInteger(), nullable=True))
    op.add_column("series_aside", sa.Column("count", sa.Integer(), nullable=False, server_default="1"))
