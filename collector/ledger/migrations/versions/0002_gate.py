"""What gates bring beside screenings: register entries, who was signed on; and the invitations of gates."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column and the tables."""
    op.add_column("screenings", sa.Column("unattended", sa.Integer(), nullable=True))
    op.create_table(
        "registrations",
        sa.Column("position", POSITION, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_registrations")),
        sa.UniqueConstraint("gate", "epoch", "seq", name=op.f("uq_registrations_gate_epoch_seq")),
        sa.UniqueConstraint("id", name=op.f("uq_registrations_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_registrations_at_ms", "registrations", ["at_ms"], unique=False)
    op.create_table(
        "enrolments",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_enrolments")),
    )


def downgrade() -> None:
    """Take them away again, with what is in them."""
    op.drop_table("enrolments")
    op.drop_table("registrations")
    op.drop_column("screenings", "unattended")
