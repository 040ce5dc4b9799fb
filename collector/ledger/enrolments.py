"""Invitations of gates: made by the office, used once by a gate."""

import msgspec
from sqlalchemy import Connection, select, update

from collector.ledger.enrolment_tables import enrolments


class Enrolment(msgspec.Struct, frozen=True):
    """One row of the table.

    `token` is the SHA-256 of what the gate shows, `key` of the key that used it.
    """

    token: str
    gate: str
    options: str
    made_ms: int
    expires_ms: int
    used_ms: int | None = None
    key: str | None = None


def add(connection: Connection, enrolment: Enrolment) -> None:
    """Keep a new invitation; older ones of the same gate that nobody used are withdrawn."""
    stale = (enrolments.c.gate == enrolment.gate) & enrolments.c.used_ms.is_(None)
    connection.execute(enrolments.delete().where(stale))
    connection.execute(enrolments.insert(), msgspec.structs.asdict(enrolment))


def find(connection: Connection, token: str) -> Enrolment | None:
    """The invitation with this token's SHA-256, whatever has become of it."""
    row = connection.execute(select(enrolments).where(enrolments.c.token == token)).mappings().first()
    return Enrolment(**row) if row else None


def use(connection: Connection, token: str, now_ms: int, key: str) -> bool:
    """Use it up before its time is over: True for one public key alone, as often as that key asks.

    The answer to the first use may be lost on the way; who holds the key may ask again, nobody else may.
    """
    theirs = enrolments.c.used_ms.is_(None) | (enrolments.c.key == key)
    still = (enrolments.c.token == token) & theirs & (enrolments.c.expires_ms > now_ms)
    done = connection.execute(update(enrolments).where(still).values(used_ms=now_ms, key=key))
    return done.rowcount == 1
