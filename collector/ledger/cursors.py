"""How far each follower of the ledger has come."""

from sqlalchemy import Connection, select, update

from collector.ledger.insertion import or_ignore, or_renew
from collector.ledger.tables import cursors


def get(connection: Connection, name: str) -> int:
    """The last position that the follower `name` has dealt with; 0 for one that never ran."""
    return connection.scalar(select(cursors.c.position).where(cursors.c.name == name)) or 0


def put(connection: Connection, name: str, position: int) -> None:
    """Remember the last position that the follower `name` has dealt with."""
    connection.execute(or_renew(connection, cursors, ("position",)), {"name": name, "position": position})


def lock(connection: Connection, name: str) -> int:
    """Where a cursor stands; it cannot be moved by others until the transaction ends."""
    return connection.scalar(select(cursors.c.position).where(cursors.c.name == name).with_for_update()) or 0


def move(connection: Connection, name: str, behind: int, position: int) -> bool:
    """Move on from the position `behind`; False when the cursor stands elsewhere, and nothing is changed.

    The cursor's row stays locked until the transaction ends: of two followers of one name, the second waits here and
    then is refused. So ask first, and write only when it is True.
    """
    here = (cursors.c.name == name) & (cursors.c.position == behind)
    moved = connection.execute(update(cursors).where(here).values(position=position)).rowcount
    if not moved and behind == 0:
        # No row is a cursor that never moved. Another insert at the same time makes this one wait, and change nothing.
        moved = connection.execute(or_ignore(connection, cursors), {"name": name, "position": position}).rowcount
    return bool(moved)
