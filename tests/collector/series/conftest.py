from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from collector.ledger import Ledger, measured, screenings, tables
from collector.ledger.series_tables import fresh_minutes, rollups, tallies
from collector.series.embedded import EmbeddedSeries
from kadian.identifiers import new_id
from kadian.messages import Screening, Temperature

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Place:
    """A ledger and its embedded series, and how screenings get into them."""

    ledger: Ledger
    series: EmbeddedSeries
    seqs: dict[str, int] = field(default_factory=dict)
    now_ms: int = 1_790_000_000_000

    def screen(
        self,
        at_ms: int,
        celsius: float | None = 36.5,
        *,
        gate: str = "e01",
        verdict: str = "pass",
        kind: str = "body_estimate",
        quality: str = "ok",
    ) -> Screening:
        """A screening of this gate, with its next number; not stored."""
        self.seqs[gate] = seq = self.seqs.get(gate, 0) + 1
        temperature = None if celsius is None else Temperature(celsius=celsius, kind=kind, quality=quality)
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        return Screening(
            id=new_id(), epoch="a", seq=seq, at=at, clock="synced", verdict=verdict, temperature=temperature
        )

    def store(self, made: Sequence[Screening], gate: str = "e01") -> None:
        """Store screenings of one gate."""
        with self.ledger.begin() as connection:
            screenings.store(connection, gate, made, self.now_ms)

    def begin_anew(self, zone: ZoneInfo) -> None:
        """An empty ledger, and a series of another zone."""
        with self.ledger.begin() as connection:
            for table in (tables.screenings, tables.cursors, tallies, fresh_minutes, rollups):
                connection.execute(delete(table))
        self.series = EmbeddedSeries(self.ledger, zone, lambda: self.now_ms)

    def follow(self, at_once: int = 1000) -> int:
        """Have the series follow to the end; returns in how many batches."""
        for count in range(10**6):
            with self.ledger.read() as connection:
                batch = measured.after(connection, self.series.position(), at_once)
            if not batch:
                return count
            self.series.write(batch)
        raise AssertionError("it never ends")

    def see(self, at_ms: int, celsius: float | None = 36.5, *, gate: str = "e01", **more: str) -> None:
        """Screen, store, follow."""
        self.store([self.screen(at_ms, celsius, gate=gate, **more)], gate)
        self.follow()


@pytest.fixture
def opened() -> Iterator[Callable[..., Place]]:
    """Opens the place at a ledger's URL."""
    ledgers: list[Ledger] = []

    def at(url: str, zone: ZoneInfo = SHANGHAI) -> Place:
        ledgers.append(ledger := Ledger.open(url))
        place = Place(ledger, None)  # type: ignore[arg-type]  # it is made with the place's own clock
        place.series = EmbeddedSeries(ledger, zone, lambda: place.now_ms)
        return place

    yield at
    for ledger in ledgers:
        ledger.close()


@pytest.fixture(scope="session")
def new_postgres_ledger(postgres):
    """Gives the address of a new database with an empty ledger, copied from one that was made once."""
    template = postgres.database()
    Ledger.open(postgres.url(template)).close()
    return lambda: postgres.url(postgres.database(template))


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request, tmp_path_factory):
    """Gives the address of a new ledger; the test runs on each database."""
    if request.param == "postgresql":
        return request.getfixturevalue("new_postgres_ledger")
    return lambda: f"sqlite:///{tmp_path_factory.mktemp('ledger')}/kadian.db"


@pytest.fixture
def place(new_url, opened: Callable[..., Place]) -> Place:
    return opened(new_url())
