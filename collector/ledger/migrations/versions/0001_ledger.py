"""The first schema: screenings and what is known of their gates, refused messages, incidents and their messages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite gives a growing row id to INTEGER PRIMARY KEY alone; PostgreSQL wants eight bytes.
POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("incident", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("incident", "channel", name=op.f("uq_deliveries_incident_channel")),
    )
    op.create_index("ix_deliveries_state_next_ms", "deliveries", ["state", "next_ms"], unique=False)
    op.create_table(
        "epochs",
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("first_seen_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("gate", "epoch", name=op.f("pk_epochs")),
    )
    op.create_table(
        "gates",
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("state_at", sa.String(length=40), nullable=True),
        sa.Column("version", sa.String(length=64), nullable=True),
        sa.Column("state_received_ms", sa.BigInteger(), nullable=True),
        sa.Column("telemetry", sa.Text(), nullable=True),
        sa.Column("telemetry_received_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_screening_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("gate", name=op.f("pk_gates")),
    )
    op.create_table(
        "incident_events",
        sa.Column("position", POSITION, autoincrement=True, nullable=False),
        sa.Column("incident", sa.String(length=36), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_incident_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_incident_events_incident", "incident_events", ["incident"], unique=False)
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=14), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("happened_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("acknowledged_ms", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=64), nullable=True),
        sa.Column("resolved_ms", sa.BigInteger(), nullable=True),
        sa.Column("resolved_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index("ix_incidents_rule_cause", "incidents", ["rule", "cause"], unique=False)
    op.create_index("ix_incidents_state_opened_ms", "incidents", ["state", "opened_ms"], unique=False)
    op.create_table(
        "rejects",
        sa.Column("position", POSITION, autoincrement=True, nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(length=256), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("excerpt", sa.LargeBinary(), nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=True),
        sa.Column("epoch", sa.String(length=64), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("whole", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_rejects")),
        sa.UniqueConstraint("gate", "epoch", "seq", name=op.f("uq_rejects_gate_epoch_seq")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "runs",
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("gate", "epoch", "first", name=op.f("pk_runs")),
    )
    op.create_table(
        "screenings",
        sa.Column("position", POSITION, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("clock", sa.String(length=12), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("celsius", sa.Float(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("body_site", sa.String(length=64), nullable=True),
        sa.Column("surface", sa.Float(), nullable=True),
        sa.Column("ambient", sa.Float(), nullable=True),
        sa.Column("conversion", sa.String(length=64), nullable=True),
        sa.Column("samples", sa.Integer(), nullable=True),
        sa.Column("spread", sa.Float(), nullable=True),
        sa.Column("device", sa.String(length=64), nullable=True),
        sa.Column("quality", sa.String(length=8), nullable=True),
        sa.Column("code_format", sa.String(length=64), nullable=True),
        sa.Column("code_status", sa.String(length=64), nullable=True),
        sa.Column("holder", sa.String(length=128), nullable=True),
        sa.Column("colour", sa.String(length=8), nullable=True),
        sa.Column("expires", sa.String(length=40), nullable=True),
        sa.Column("operator", sa.String(length=64), nullable=True),
        sa.Column("remeasure_of", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_screenings")),
        sa.UniqueConstraint("gate", "epoch", "seq", name=op.f("uq_screenings_gate_epoch_seq")),
        sa.UniqueConstraint("id", name=op.f("uq_screenings_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_screenings_at_ms", "screenings", ["at_ms"], unique=False)
    op.create_index("ix_screenings_gate_at_ms", "screenings", ["gate", "at_ms"], unique=False)


def downgrade() -> None:
    """Drop every table, with all that is in it."""
    for table in (
        "cursors",
        "deliveries",
        "epochs",
        "gates",
        "incident_events",
        "incidents",
        "rejects",
        "runs",
        "screenings",
    ):
        op.drop_table(table)
