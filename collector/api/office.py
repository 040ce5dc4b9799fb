"""What the routes need of the office, passed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from collector.ingest.counters import Counters
from collector.ledger import Ledger
from collector.series import Charts
from collector.settings import CollectorSettings


@dataclass(frozen=True)
class Office:
    """The parts behind the routes.

    `health` gives the reasons why the office cannot take and store a screening, none when it can. `now_ms` is the
    clock, milliseconds since 1970. `lags` gives how many screenings each follower of the ledger is behind; the series
    is always told, from its own position.
    """

    ledger: Ledger
    series: Charts
    settings: CollectorSettings
    health: Callable[[], list[str]]
    ingest_counts: Counters
    version: str
    now_ms: Callable[[], int]
    lags: Callable[[], Mapping[str, int]] = dict

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.settings.timezone)


async def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


OfficeHere = Annotated[Office, Depends(_office)]
"""The office of the application that a route belongs to."""
