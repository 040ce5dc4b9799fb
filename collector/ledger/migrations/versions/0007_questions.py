"""Indexes for lists of the unusual: what did not pass, second readings, and when incidents happened."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UNUSUAL = "verdict <> 'pass'"
SECOND = "remeasure_of IS NOT NULL"


def upgrade() -> None:
    """Only what few screenings are in: an index on all of them would cost every insert."""
    _partial("ix_screenings_verdict_at_ms", ["verdict", "at_ms"], UNUSUAL)
    _partial("ix_screenings_gate_verdict_at_ms", ["gate", "verdict", "at_ms"], UNUSUAL)
    _partial("ix_screenings_remeasure_of", ["remeasure_of"], SECOND)
    op.create_index("ix_incidents_rule_happened_ms", "incidents", ["rule", "happened_ms"], unique=False)


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, "screenings", columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
