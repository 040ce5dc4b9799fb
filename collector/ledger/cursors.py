"""How far each follower of the ledger has come."""

from sqlalchemy import Connection, select

from collector.ledger.insertion import or_renew
from collector.ledger.tables import cursors


def get(connection: Connection, name: str) -> int:
    """The last position that the follower `name` has dealt with; 0 for one that never ran."""
    return connection.scalar(select(cursors.c.position).where(cursors.c.name == name)) or 0


def put(connection: Connection, name: str, position: int) -> None:
    """Remember the last position that the follower `name` has dealt with."""
    connection.execute(or_renew(connection, cursors, ("position",)), {"name": name, "position": position})
