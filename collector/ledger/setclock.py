"""The office's wall clock was set: what the ledger says of alarms that are not over is brought to the new time.

All that is decided about an incident compares moments in it with now. A moment that seems to lie in the future would
put a call off for hours; one that seems to lie hours back would call everybody at once, or end what has just begun.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, case, func, or_, select, update

from collector.ledger.tables import deliveries, incidents

SLACK_MS = 2_000
DAY_MS = 86_400_000
MOMENTS = ((incidents, ("opened_ms", "last_ms", "acknowledged_ms")), (deliveries, ("created_ms", "tried_ms")))


def forward(connection: Connection, now_ms: int, by_ms: int) -> None:
    """It was set forward by so much: what was written in the old time was so long ago as it was.

    What was written since, before this was noticed, stays.
    """
    then_ms = now_ms - by_ms + SLACK_MS

    def moved(column: ColumnElement[int]) -> ColumnElement[int]:
        return case((column <= then_ms, column + by_ms), else_=column)

    _change(connection, then_ms - DAY_MS, moved)
    _think_again(connection, now_ms)


def back(connection: Connection, now_ms: int) -> bool:
    """It was set back, now or while nobody looked: nothing happened later than now. Returns whether anything had."""
    ahead = now_ms + SLACK_MS
    wrong = [
        connection.scalar(select(func.max(column))) or 0
        for column in (deliveries.c.created_ms, incidents.c.opened_ms, incidents.c.acknowledged_ms)
    ]
    if max(wrong) <= ahead:
        return False
    _change(connection, ahead, lambda column: case((column > ahead, now_ms), else_=column))
    _think_again(connection, now_ms)
    return True


def _change(connection: Connection, since_ms: int, moved: Callable[[Any], Any]) -> None:
    for table, names in MOMENTS:
        first = table.c[names[0]] > since_ms
        concerned = or_(table.c.state != "resolved", first) if table is incidents else first
        connection.execute(update(table).where(concerned).values({name: moved(table.c[name]) for name in names}))


def _think_again(connection: Connection, now_ms: int) -> None:
    for table, concerned in _waiting():
        connection.execute(update(table).where(concerned).values(next_ms=now_ms))


def _waiting() -> list[tuple[Table, ColumnElement[bool]]]:
    return [(incidents, incidents.c.next_ms.is_not(None)), (deliveries, deliveries.c.state == "waiting")]
