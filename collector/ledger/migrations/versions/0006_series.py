"""The series of numbers, in the ledger's own database; it is filled from the screenings, from position 0."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, empty. SQLite keeps them in the order of their keys."""
    op.create_table(
        "tallies",
        sa.Column("length_ms", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        *_verdicts(),
        sa.PrimaryKeyConstraint("length_ms", "start_ms", "gate", name=op.f("pk_tallies")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fresh_minutes",
        sa.Column("start_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        *_verdicts(),
        sa.Column("hundredths", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("start_ms", "gate", name=op.f("pk_fresh_minutes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollups",
        sa.Column("length_ms", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        *_verdicts(),
        sa.Column("hundredths", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("length_ms", "gate", "start_ms", name=op.f("pk_rollups")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "series_aside",
        sa.Column("backend", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("aside_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("backend", "position", name=op.f("pk_series_aside")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_series_aside_backend_aside_ms", "series_aside", ["backend", "aside_ms"], unique=False)


def _verdicts() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in ("passed", "rechecks", "stops", "nones")]
