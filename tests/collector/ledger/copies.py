"""Screenings put into a ledger, and counted in a file of one."""

import sqlite3
from contextlib import closing

from collector.ledger import screenings
from tests.collector.ingest.conftest import make_screening


def store(ledger, seqs):
    with ledger.begin() as connection:
        screenings.store(connection, "e01", [make_screening(seq) for seq in seqs], 1)


def rows(file):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT count(*) FROM screenings").fetchone()[0]
