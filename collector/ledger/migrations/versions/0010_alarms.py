"""An incident's whole life, messages about several incidents, tests of channels, what scenes and rules are made of."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add columns and tables. Messages that are there tell of the incident that they name."""
    for column in (
        sa.Column("notified_ms", sa.BigInteger(), nullable=True),
        sa.Column("ending", sa.String(length=10), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("because", sa.String(length=24), nullable=True),
        sa.Column("next_ms", sa.BigInteger(), nullable=True),
        sa.Column("flaps", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("screen_ms", sa.BigInteger(), nullable=True),
    ):
        op.add_column("incidents", column)
    op.create_index("ix_incidents_next_ms", "incidents", ["next_ms"], unique=False)
    op.create_index("ix_incidents_state_rule", "incidents", ["state", "rule"], unique=False)
    op.create_index("ix_incidents_state_because", "incidents", ["state", "because"], unique=False)
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_constraint("uq_deliveries_incident_channel", type_="unique")
        batch.add_column(sa.Column("kind", sa.String(length=12), nullable=False, server_default="alarm"))
        batch.add_column(sa.Column("nth", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("person", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("tried_ms", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("used_ms", sa.BigInteger(), nullable=True))
    op.create_index("ix_deliveries_created_ms", "deliveries", ["created_ms"], unique=False)
    op.create_index("ix_deliveries_incident", "deliveries", ["incident"], unique=False)
    op.create_index("ix_deliveries_channel_tried_ms", "deliveries", ["channel", "tried_ms"], unique=False)
    op.create_table(
        "tellings",
        sa.Column("delivery", sa.String(length=36), nullable=False),
        sa.Column("incident", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("delivery", "incident", name=op.f("pk_tellings")),
    )
    op.create_index("ix_tellings_incident", "tellings", ["incident"], unique=False)
    op.execute("INSERT INTO tellings (delivery, incident) SELECT id, incident FROM deliveries")
    op.create_table(
        "channel_tests",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_tests")),
    )
    op.create_table(
        "conditions",
        sa.Column("position", POSITION, autoincrement=True, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_conditions")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_conditions_at_ms", "conditions", ["at_ms"], unique=False)
    op.create_table(
        "rule_states",
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("rule", name=op.f("pk_rule_states")),
    )
