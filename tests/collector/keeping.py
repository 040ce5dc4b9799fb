"""Rows of any age, and a keeper that deletes them."""

import itertools
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from collector.keeper import Keeper
from collector.ledger import screenings, tables
from collector.ledger.retention import DAY_MS
from collector.settings import Retention
from kadian.identifiers import new_id
from kadian.messages import Screening, Temperature

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
_seqs = itertools.count(1)


def arrive(ledger, days_ago, many=1, clock="synced", measured_days_ago=None, registration=None):
    """Screenings that were received so many days ago."""
    at = NOW - timedelta(days=days_ago if measured_days_ago is None else measured_days_ago)
    batch = [
        Screening(
            id=new_id(),
            epoch="a",
            seq=next(_seqs),
            at=at,
            clock=clock,
            verdict="none" if registration else "pass",
            temperature=None if registration else Temperature(celsius=36.5, kind="body_estimate"),
            registration=registration,
        )
        for _ in range(many)
    ]
    with ledger.begin() as connection:
        screenings.store(connection, "e01", batch, NOW_MS - int(days_ago * DAY_MS))


def ages(ledger, table=tables.screenings):
    with ledger.read() as connection:
        return [
            (NOW_MS - ms) / DAY_MS
            for ms in connection.scalars(select(table.c.received_ms).order_by(table.c.position)).all()
        ]


def made(ledger, now_ms=NOW_MS, followed=10**9, stored=lambda: 0, remote=None, **days):
    return Keeper(ledger, Retention(**days), lambda: now_ms, lambda: followed, stored, remote)


def rounds(keeper, many):
    for _ in range(many):
        keeper.run()


def tick(keeper, seconds):
    """So much time passes by the clock that cannot jump."""
    clock = keeper._clock
    clock._asked = clock._asked[0] - seconds, clock._asked[1]
