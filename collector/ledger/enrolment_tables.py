"""The table of invitations."""

from sqlalchemy import BigInteger, Column, String, Table, Text

from collector.ledger.tables import metadata

# Invitations of gates. A token is kept as its SHA-256 alone, serves once, and dies by itself.
enrolments = Table(
    "enrolments",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("gate", String(32), nullable=False),
    Column("options", Text, nullable=False),  # JSON: what the gate's configuration is to say of its devices
    Column("made_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("key", String(64)),  # SHA-256 of the public key that used it
)
