import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from collector.api import Office, make_app, serve
from collector.ingest.counters import Counters
from collector.ledger import Ledger, incidents, measured, screenings
from collector.rules.reason import Reason
from collector.rules.rule import Finding
from collector.series import Stores, open_series
from collector.settings import CollectorSettings, Entrance
from kadian.identifiers import new_id
from kadian.messages import Code, Screening, Temperature
from kadian.messages.screening import ClockState

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 7, 30, tzinfo=SHANGHAI)
NOW_MS = int(NOW.timestamp() * 1000)


COUNTS = Counters(
    received=12,
    stored=11,
    duplicates=2,
    rejected=1,
    receipts=7,
    shed=5,
    commits=4,
    failed_commits=3,
    commit_seconds=0.25,
)


@dataclass
class Place:
    """One office for a test: its parts, and the ways in which things get into it."""

    ledger: Ledger
    series: Stores
    reasons: list[str] = field(default_factory=list)
    seqs: dict[str, int] = field(default_factory=dict)

    def office(self) -> Office:
        entrances = (
            Entrance(id="e01", name="正门", state="open", zone="a", x=0.1, y=0.8),
            Entrance(id="e02", name="河边小门", state="sealed", gate="g-river"),
        )
        return Office(
            ledger=self.ledger,
            series=self.series.charts,
            settings=CollectorSettings(site="chuanchang", entrances=entrances),
            health=lambda: self.reasons,
            ingest_counts=COUNTS,
            version="9.9.9",
            now_ms=lambda: NOW_MS,
            lags=lambda: {"rules": 3},
            deleted=lambda: {"screenings": 4},
            stores=lambda: {"influxdb": False},
        )

    def screen(
        self,
        gate: str = "e01",
        ago: float = 60,
        celsius: float | None = 36.5,
        verdict: str = "pass",
        reasons: tuple[str, ...] = ("temperature_normal",),
        remeasure_of: Screening | None = None,
        clock: ClockState = "synced",
        holder: str | None = "secret-holder",
    ) -> Screening:
        """Store one screening that was made so many seconds ago, and have the series follow."""
        self.seqs[gate] = self.seqs.get(gate, 0) + 1
        screening = Screening(
            id=new_id(),
            epoch="a",
            seq=self.seqs[gate],
            at=datetime.fromtimestamp(NOW_MS / 1000 - ago, SHANGHAI),
            clock=clock,
            verdict=verdict,
            temperature=None if celsius is None else Temperature(celsius=celsius, kind="body_estimate", ambient=21.0),
            code=Code(format="pass", status="valid", holder=holder, colour="green") if holder else None,
            reasons=reasons,
            remeasure_of=remeasure_of.id if remeasure_of else None,
        )
        with self.ledger.begin() as connection:
            assert screenings.store(connection, gate, [screening], NOW_MS - int(ago * 1000) + 500) == 1
        with self.ledger.read() as connection:
            batch = measured.after(connection, self.series.embedded.position(), 1000)
        self.series.embedded.write(batch)
        return screening

    def find(self, cause: str, gate: str = "e01", rule: str = "confirmed_fever", later_ms: int = 0) -> str:
        """Open an incident, or find its cause again; returns its id."""
        facts = {"gate": gate, "entrance": gate, "name": gate, "time": "07:29", "day": "2026-11-23", "celsius": 38.1}
        reason = next(iter(Reason))
        finding = Finding(rule, reason, cause, gate, str(new_id()), "page", False, NOW_MS - 60_000, facts)
        with self.ledger.begin() as connection:
            return incidents.open_or_repeat(connection, finding, NOW_MS + later_ms)[0].id


@dataclass
class Caller:
    """Calls an application in this process."""

    app: Any

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
                return await client.request(method, path, **more)

        return asyncio.run(call())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self("POST", path, **more)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    url = f"sqlite:///{tmp_path}/kadian.db"
    ledger = Ledger.open(url)
    series = open_series(CollectorSettings(site="x").series, ledger, "x", SHANGHAI, lambda: NOW_MS)
    yield Place(ledger, series)
    series.close()
    ledger.close()


@pytest.fixture
def app(place: Place) -> Any:
    return make_app(place.office())


@pytest.fixture
def call(app: Any) -> Caller:
    return Caller(app)


@dataclass
class Served:
    url: str
    stop: threading.Event
    thread: threading.Thread


@pytest.fixture
def served(app: Any) -> Iterator[Served]:
    """The application on a real port of this machine."""
    stop, started = threading.Event(), threading.Event()
    ports: list[int] = []

    def ready(port: int) -> None:
        ports.append(port)
        started.set()

    thread = threading.Thread(target=serve, args=(app, "127.0.0.1", 0, stop, ready))
    thread.start()
    assert started.wait(10)
    yield Served(f"http://127.0.0.1:{ports[0]}", stop, thread)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
