from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from collector.ledger import Ledger
from kadian.identifiers import new_id
from kadian.messages import Code, Screening, Temperature

BEGIN = datetime(2026, 11, 23, 7, 2, 11, 123_000, tzinfo=UTC)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = Ledger.open(ledger_url)
    yield opened
    opened.close()


@pytest.fixture
def screening() -> Callable[..., Screening]:
    """Makes screening number `seq`, measured `seq` seconds after the beginning."""

    def make(seq: int, epoch: str = "e1", **fields: object) -> Screening:
        values: dict[str, object] = {
            "id": new_id(),
            "epoch": epoch,
            "seq": seq,
            "at": BEGIN + timedelta(seconds=min(seq, 10_000)),
            "clock": "synced",
            "verdict": "pass",
            "temperature": Temperature(
                celsius=36.54,
                kind="body_estimate",
                site="forehead",
                surface=34.91,
                ambient=21.3,
                conversion="device",
                samples=12,
                spread=0.12,
                device="gy614v3",
            ),
            "code": Code("pass", "valid", "q83v", "green", "2026-12-01"),
            "reasons": ("fine",),
            "operator": "v-12",
        }
        return Screening(**{**values, **fields})

    return make
