"""What came of the last silent test of each channel."""

from collections.abc import Collection
from typing import Literal

import msgspec
from sqlalchemy import Connection, select

from collector.ledger.insertion import or_renew
from collector.ledger.tables import channel_tests


class Trial(msgspec.Struct, frozen=True):
    """One row of `tables.channel_tests`: `day` is the site's, `2026-11-25`, empty before the first.

    `at_ms`: milliseconds since 1970. `kind`: accepted, refused, unknown (the service did not answer in all the tries),
    untested (it cannot be tried without ringing somebody).
    """

    channel: str
    day: str
    at_ms: int
    kind: Literal["accepted", "refused", "unknown", "untested"]
    reason: str


def put(connection: Connection, trial: Trial) -> None:
    """Keep it in the place of the one before."""
    renewed = or_renew(connection, channel_tests, ("day", "at_ms", "kind", "reason"))
    connection.execute(renewed, msgspec.structs.asdict(trial))


def listing(connection: Connection) -> dict[str, Trial]:
    """The last test of each channel that ever had one."""
    rows = connection.execute(select(channel_tests)).mappings()
    return {row["channel"]: Trial(**row) for row in rows}


def refused(connection: Connection, channels: Collection[str]) -> dict[str, str]:
    """Of these channels those whose last test nobody took, and why: for `rules.scene.Scene.refused`."""
    found = listing(connection)
    bad = {"refused", "unknown"}
    return {name: found[name].reason for name in channels if name in found and found[name].kind in bad}
