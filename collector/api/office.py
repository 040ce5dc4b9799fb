"""What the routes need of the office, passed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from collector.access.links import LinkKey
from collector.api.board import Board
from collector.ingest.counters import Counters
from collector.ledger import Connection, Ledger
from collector.series import Charts
from collector.series.counts import Totals, counts, totals
from collector.settings import CollectorSettings


@dataclass(frozen=True)
class Office:
    """The parts behind the routes.

    `health` gives the reasons why the office cannot take and store a screening, none when it can. `now_ms` is the
    clock, milliseconds since 1970. `lags` gives how many screenings each follower of the ledger is behind; the series
    is always told, from its own position. `deleted` gives how many rows of each class were kept long enough and went.
    `stores` tells of each remote series store whether it takes what it is given. `links` opens the links of messages.
    """

    ledger: Ledger
    series: Charts
    settings: CollectorSettings
    health: Callable[[], list[str]]
    ingest_counts: Counters
    version: str
    now_ms: Callable[[], int]
    lags: Callable[[], Mapping[str, int]] = dict
    deleted: Callable[[], Mapping[str, int]] = dict
    stores: Callable[[], Mapping[str, bool]] = dict
    links: LinkKey | None = None

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.settings.timezone)

    def counts(self, connection: Connection, since_ms: int, until_ms: int | None = None) -> dict[str, dict[str, int]]:
        """How many of each verdict each gate measured at or after `since_ms` and before `until_ms`."""
        return counts(connection, since_ms, until_ms, self.zone)

    def totals(self, connection: Connection, since_ms: int, until_ms: int | None = None) -> Totals:
        """How many screenings of the same there were, by gate and by verdict."""
        return totals(connection, since_ms, until_ms, self.zone)

    @cached_property
    def board(self) -> Board:
        """How each gate stands."""
        return Board(self.ledger, self.zone, self.now_ms, self.counts)


async def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


OfficeHere = Annotated[Office, Depends(_office)]
"""The office of the application that a route belongs to."""
