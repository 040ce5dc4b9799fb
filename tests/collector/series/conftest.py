from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector.ledger import Ledger, measured, screenings
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
def opened() -> Iterator[Callable[[str], Place]]:
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


@pytest.fixture
def place(tmp_path: Path, opened: Callable[[str], Place]) -> Place:
    return opened(f"sqlite:///{tmp_path}/kadian.db")
