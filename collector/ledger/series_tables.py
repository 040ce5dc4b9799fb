"""The tables of the series: numbers by gate and time, which lose nothing when they are lost.

They stand in the ledger's database so that all collectors share them, the ledger's position moves in the transaction
that counts, and a restored backup has both from one moment. Times are milliseconds since 1970.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from collector.ledger.tables import metadata

VERDICTS = ("passed", "rechecks", "stops", "nones")
"""The counts of each verdict, in the order pass, recheck, stop, none."""

# How often each verdict was given in an hour (UTC) and in a day (the site's). Narrow, and by time before gate: what is
# counted now lies on few pages, and so does the answer to "how many today, at every gate?".
tallies = Table(
    "tallies",
    metadata,
    Column("length_ms", Integer, primary_key=True, autoincrement=False),
    Column("start_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("gate", String(32), primary_key=True),
    *(Column(name, Integer, nullable=False) for name in VERDICTS),
    sqlite_with_rowid=False,
)

# The minutes that were counted lately, by time before gate for the same reason.
fresh_minutes = Table(
    "fresh_minutes",
    metadata,
    Column("start_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("gate", String(32), primary_key=True),
    *(Column(name, Integer, nullable=False) for name in VERDICTS),
    Column("hundredths", LargeBinary, nullable=False),  # 2 bytes for each temperature: see series.hundredths
    sqlite_with_rowid=False,
)

# What the fresh minutes were folded into: minutes, hours and days, by gate before time, as charts ask for them.
rollups = Table(
    "rollups",
    metadata,
    Column("length_ms", Integer, primary_key=True, autoincrement=False),
    Column("gate", String(32), primary_key=True),
    Column("start_ms", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, Integer, nullable=False) for name in VERDICTS),
    Column("hundredths", LargeBinary, nullable=False),  # minutes: as above; hours and days: each value and how often
    sqlite_with_rowid=False,
)

# What a remote series store refused, one row a screening or a range of them: the others go on, and this is listed.
series_aside = Table(
    "series_aside",
    metadata,
    Column("backend", String(32), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("gate", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),  # the store's own words
    Column("aside_ms", BigInteger, nullable=False),
    Column("last", BigInteger),  # where a range ends
    Column("count", Integer, nullable=False, server_default="1"),
    Index("ix_series_aside_backend_aside_ms", "backend", "aside_ms"),
    sqlite_with_rowid=False,
)
