"""Opens the series stores that the configuration names, each with its follower."""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from collector.ledger import Follower, Ledger, measured
from collector.ledger.measured import Batch
from collector.series.charts import Charts
from collector.series.embedded import EmbeddedSeries
from collector.series.store import Series
from kadian.errors import KadianError
from kadian.settings import Secret

MOST_COUNTED, MOST_AT_ONCE = 2_000, 20_000
"""Rows a batch: the embedded store's are one transaction, for which ingest never waits long; a remote store's cost the
ledger a cursor alone."""
log = structlog.get_logger(__name__)

REST_A_ROW, LONGEST_REST = 0.02, 0.4
"""Seconds between two transactions: none to speak of for the readings of a few gates, more for those of a city, and
none for whoever is behind."""


class SeriesSettings(Protocol):
    """The `[series]` section; see `collector.settings.Series`."""

    @property
    def backend(self) -> str:
        """`embedded`, or the name of a file in this folder that has `open_store`."""

    @property
    def url(self) -> str | None:
        """Where the remote store listens, http:// or https://."""

    @property
    def org(self) -> str | None:
        """The organisation, of an InfluxDB."""

    @property
    def bucket(self) -> str:
        """The bucket, of an InfluxDB."""

    @property
    def token(self) -> Secret | None:
        """What the store lets the office in by."""

    @property
    def ca_file(self) -> str | None:
        """The authority that the store's certificate is from, where it is none of the system's."""

    @property
    def timeout_seconds(self) -> float:
        """How long a write may take."""


class Stores:
    """What is open: `embedded` always, `remote` where one is configured, and the `charts` that both make."""

    def __init__(
        self, ledger: Ledger, embedded: EmbeddedSeries, remote: tuple[str, Series] | None, charts: Charts
    ) -> None:
        self.embedded = embedded
        self.charts = charts
        self.by_name: dict[str, Series] = {"embedded": embedded, **(dict([remote]) if remote else {})}
        """Each store by the name of its back-end."""
        self.followers: dict[str, Follower[Batch]] = {
            cursor_of(name): follower_of(ledger, name, store) for name, store in self.by_name.items()
        }
        """One for each, by the name of its cursor: none ever waits for another."""

    def close(self) -> None:
        """Close them; the followers have to be stopped before."""
        self.charts.close()
        for store in self.by_name.values():
            store.close()


def back_ends() -> list[str]:
    """The names of the remote stores there are: the files of this folder that have `open_store`."""
    files = Path(__file__).parent.glob("*.py")
    return sorted(file.stem for file in files if re.search(r"^def open_store\(", file.read_text("utf-8"), re.MULTILINE))


def cursor_of(backend: str) -> str:
    """The name under which the ledger keeps how far a back-end has come."""
    return "series" if backend == "embedded" else f"series.{backend}"


def follower_of(ledger: Ledger, backend: str, store: Series) -> Follower[Batch]:
    """What feeds a store."""
    most = MOST_COUNTED if backend == "embedded" else MOST_AT_ONCE
    return Follower(
        ledger,
        cursor_of(backend),
        store.write,
        store.position,
        read=measured.after,
        most=most,
        rest=lambda rows: min(LONGEST_REST, rows * REST_A_ROW) if rows < most else 0.0,
    )


def open_series(
    settings: SeriesSettings, ledger: Ledger, site: str, zone: ZoneInfo, now_ms: Callable[[], int]
) -> Stores:
    """The embedded store, and the remote one that the configuration names.

    A back-end `NAME` is a file with `open_store(settings, ledger, site, zone, now_ms) -> Series`; it keeps its place
    under `cursor_of(NAME)` in the ledger's cursors. Opening it asks nothing of the network.

    Args:
        settings: the `[series]` section.
        ledger: what is followed; the embedded store stands in the same database.
        site: the site's name, for stores that several sites share.
        zone: the site's, whose days the days are.
        now_ms: the office's clock, milliseconds since 1970.

    Raises:
        KadianError: K0350, there is no such back-end; and what that back-end raises.
    """
    embedded = EmbeddedSeries(ledger, zone, now_ms)
    _remove_old(Path(ledger.place))
    remote: tuple[str, Series] | None = None
    if settings.backend != "embedded":
        known = back_ends()
        if settings.backend not in known:
            raise KadianError(
                "K0350", "[series] backend", backend=settings.backend, known=", ".join(["embedded", *known])
            )
        opening = import_module(f"collector.series.{settings.backend}").open_store
        remote = settings.backend, opening(settings, ledger, site, zone, now_ms)
    return Stores(ledger, embedded, remote, Charts(ledger, embedded, remote[1] if remote else None, now_ms))


def _remove_old(ledger_file: Path) -> None:
    """Take away the file in which the numbers were kept beside a SQLite ledger: nobody would tidy it any more."""
    old = ledger_file.with_suffix(".series.db")
    if ledger_file.is_file() and old.is_file():
        for name in (old.name, f"{old.name}-wal", f"{old.name}-shm"):
            old.with_name(name).unlink(missing_ok=True)
        log.info("series_file_removed", file=str(old), what="the numbers are in the ledger's database now")
