"""The newest screening of each gate, and what has come since: a few columns of many rows."""

import msgspec
from sqlalchemy import Connection, select

from collector.ledger.tables import gates, screenings

_COLUMNS = (
    screenings.c.position,
    screenings.c.gate,
    screenings.c.at_ms,
    screenings.c.received_ms,
    screenings.c.at,
    screenings.c.celsius,
    screenings.c.verdict,
)


class Brief(msgspec.Struct, frozen=True):
    """A screening as far as a list of gates shows it: °C, milliseconds since 1970, and the gate's own text `at`."""

    position: int
    gate: str
    at_ms: int
    received_ms: int
    at: str
    celsius: float | None
    verdict: str

    @property
    def place(self) -> tuple[int, int]:
        """In order of the gate's own time; the ledger's order decides between equals."""
        return self.at_ms, self.position


def newest(connection: Connection) -> list[Brief]:
    """The newest screening of each gate, by the gate's own time: one step into an index for each gate."""
    other = screenings.alias()
    last = (
        select(other.c.position)
        .where(other.c.gate == gates.c.gate)
        .order_by(other.c.at_ms.desc(), other.c.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(*_COLUMNS).select_from(gates).join(screenings, screenings.c.position == last)
    return [Brief(*row) for row in connection.execute(query)]


def behind(connection: Connection, position: int, limit: int) -> list[Brief]:
    """At most `limit` screenings behind `position`, in the order in which they were stored."""
    query = select(*_COLUMNS).where(screenings.c.position > position).order_by(screenings.c.position).limit(limit)
    return [Brief(*row) for row in connection.execute(query)]
