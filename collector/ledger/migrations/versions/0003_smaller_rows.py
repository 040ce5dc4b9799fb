"""Rows made smaller: ids as 16 bytes, and a number for each outbox's life where its gate's and epoch's names stood."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

from collector.ledger.ids import Id16

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEPT = (
    "position, gate, seq, at, at_ms, received_ms, clock, verdict, reasons, celsius, kind, body_site, surface, ambient, "
    "conversion, samples, spread, device, quality, code_format, code_status, holder, colour, expires, operator, "
    "unattended"
)


def upgrade() -> None:
    """Make the tables anew, and copy what was in them."""
    for name in ("epochs", "runs", "screenings"):
        op.rename_table(name, f"old_{name}")
    for name in ("ix_screenings_at_ms", "ix_screenings_gate_at_ms"):
        op.drop_index(name, "old_screenings")
    _unname()
    _epochs()
    _runs()
    _screenings()
    here = ", ".join(f"o.{name}" for name in KEPT.split(", "))
    joined = "FROM old_{0} o JOIN epochs e ON e.gate = o.gate AND e.epoch = o.epoch"
    for text in (
        (
            "INSERT INTO epochs (gate, epoch, first_seen_ms) SELECT gate, epoch, first_seen_ms FROM old_epochs "
            "ORDER BY first_seen_ms, gate, epoch"
        ),
        f"INSERT INTO runs (life, first, last) SELECT e.life, o.first, o.last {joined.format('runs')}",
        (
            f"INSERT INTO screenings ({KEPT}, life, id, remeasure_of) "
            f"SELECT {here}, e.life, {_id16('o.id')}, {_id16('o.remeasure_of')} {joined.format('screenings')} "
            "ORDER BY o.position"
        ),
    ):
        op.execute(text)
    for name in ("epochs", "runs", "screenings"):
        op.drop_table(f"old_{name}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('screenings', 'position'), "
            "(SELECT coalesce(max(position), 0) + 1 FROM screenings), false)"
        )
    op.create_index("ix_screenings_at_ms", "screenings", ["at_ms"], unique=False)
    op.create_index("ix_screenings_gate_at_ms", "screenings", ["gate", "at_ms"], unique=False)


def _id16(column: str) -> str:
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        return f"CAST({column} AS uuid)"
    driver = bind.connection.driver_connection
    assert driver is not None  # noqa: S101 - a connection that is open has one
    driver.create_function("kadian_id16", 1, lambda text: UUID(text).bytes if text else None, deterministic=True)
    return f"kadian_id16({column})"


def _unname() -> None:
    """Free the names of keys, which PostgreSQL keeps for a whole schema."""
    if op.get_bind().dialect.name == "postgresql":
        for table, key in (
            ("epochs", "pk_epochs"),
            ("runs", "pk_runs"),
            ("screenings", "pk_screenings"),
            ("screenings", "uq_screenings_id"),
        ):
            op.execute(f"ALTER TABLE old_{table} RENAME CONSTRAINT {key} TO old_{key}")
        op.execute("ALTER SEQUENCE screenings_position_seq RENAME TO old_screenings_position_seq")


def _epochs() -> None:
    op.create_table(
        "epochs",
        sa.Column("life", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("first_seen_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("life", name=op.f("pk_epochs")),
        sa.UniqueConstraint("gate", "epoch", name=op.f("uq_epochs_gate_epoch")),
        sqlite_autoincrement=True,
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("life", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("life", "first", name=op.f("pk_runs")),
    )


def _screenings() -> None:
    op.create_table(
        "screenings",
        sa.Column("position", POSITION, autoincrement=True, nullable=False),
        sa.Column("id", Id16(), nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("life", sa.Integer(), nullable=False),
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
        sa.Column("remeasure_of", Id16(), nullable=True),
        sa.Column("unattended", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_screenings")),
        sa.UniqueConstraint("id", name=op.f("uq_screenings_id")),
        sa.UniqueConstraint("life", "seq", name=op.f("uq_screenings_life_seq")),
        sqlite_autoincrement=True,
    )
