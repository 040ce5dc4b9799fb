from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.ledger.screenings import StoredScreening
from collector.series.embedded import EmbeddedSeries
from kadian.identifiers import new_id
from kadian.messages import Screening, Temperature

type_of_make = Callable[..., StoredScreening]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kadian.series.db"


@pytest.fixture
def series(path: Path):
    store = EmbeddedSeries(path)
    yield store
    store.close()


@pytest.fixture(scope="session")
def make() -> type_of_make:
    def stored(
        position: int,
        at_ms: int,
        celsius: float | None = 36.5,
        *,
        gate: str = "e01",
        verdict: str = "pass",
        kind: str = "body_estimate",
        quality: str = "ok",
    ) -> StoredScreening:
        temperature = None if celsius is None else Temperature(celsius=celsius, kind=kind, quality=quality)
        screening = Screening(
            id=new_id(),
            epoch="a",
            seq=position,
            at=datetime.fromtimestamp(at_ms / 1000, UTC),
            clock="synced",
            verdict=verdict,
            temperature=temperature,
        )
        return StoredScreening(position, gate, screening, at_ms, at_ms + 50)

    return stored
