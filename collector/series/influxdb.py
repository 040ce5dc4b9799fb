"""InfluxDB 2, and 3 for writing: through InfluxDB's own client, read back by Flux.

InfluxDB 3 takes the same writes but has no Flux (its questions are SQL): its charts come from the embedded store.
The questions were written against the documentation; the tests answer them with recorded annotated CSV, since no
InfluxDB could be started where this was built.

Source: docs.influxdata.com, pages "Write data", "Annotated CSV", "Flux" and "Delete data" of version 2.
"""

import csv
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from io import StringIO
from zoneinfo import ZoneInfo

from influxdb_client.domain.dialect import Dialect
from influxdb_client.rest import ApiException
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from collector.ledger import Ledger
from collector.ledger.rows import milliseconds, moment
from collector.series.open import SeriesSettings
from collector.series.remote.answers import Unwilling, unreachable
from collector.series.remote.lines import MEASUREMENT
from collector.series.remote.samples import VERDICTS, Points
from collector.series.remote.series import RemoteSeries
from collector.series.remote.writing import Writer, connect, explained, shown

READ_SECONDS = 2.0
TAGS = ("_field", "quality", "kind")
PLAIN = Dialect(  # type: ignore[no-untyped-call]
    header=True, delimiter=",", annotations=[], comment_prefix="#", date_time_format="RFC3339Nano"
)
FLUX = """from(bucket: {bucket})
  |> range(start: {start}, stop: {stop})
  |> filter(fn: (r) => r._measurement == {measurement} and r.site == {site} and r.gate == {gate})
  |> keep(columns: ["_time", "_value", "_field", "quality", "kind"])"""


class InfluxDB:
    """One bucket.

    Args:
        url: http(s)://host:8086.
        site: the neighbourhood: others may write to the same bucket.
        org: the organisation's name or id; version 3 asks for none.
        bucket: where to; `database` in the words of version 3.
        token: that may write to, read and delete from the bucket.
        ca_file: the authority that its certificate is from; None for those of the system.
        write_seconds: until a write is given up.
        read_seconds: until a chart is given up.
    """

    lanes = False  # it keeps nanoseconds
    settle_seconds = 0.0  # its log of writes is on disk before it answers

    def __init__(
        self,
        url: str,
        site: str,
        *,
        org: str,
        bucket: str,
        token: str,
        ca_file: str | None = None,
        write_seconds: float = 10.0,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._client = connect(url, org, token, ca_file, write_seconds)
        self._asking = connect(url, org, token, ca_file, read_seconds)
        self._writer = Writer(self._client, bucket)
        self._site = site
        self._bucket = bucket
        self._seconds = read_seconds
        self.url = shown(url)

    def write(self, lines: Sequence[str]) -> None:
        """Write lines in one request."""
        self._writer.write(lines)

    def started(self) -> None:
        """Not asked: what it took is on its disk."""

    def furthest_ms(self) -> None:
        """It drops nothing without a word."""

    def points(self, gate: str, first_ms: int, last_ms: int) -> list[Points]:
        """The raw points of a gate."""
        question = FLUX.format(
            bucket=_quoted(self._bucket),
            start=_time(first_ms),
            stop=_time(last_ms),
            measurement=_quoted(MEASUREMENT),
            site=_quoted(self._site),
            gate=_quoted(gate),
        )
        until = time.monotonic() + self._seconds
        try:
            found = self._asking.query_api().query_raw(question, dialect=PLAIN)
            return list(_series(self._rows(found, until)))
        except ApiException as error:
            wrong = explained(self.url, error)
            raise wrong if isinstance(wrong, Unwilling) else unreachable(self.url, wrong) from error
        except (HTTPError, OSError, ValueError, KeyError) as error:
            raise unreachable(self.url, error) from error

    def clear(self) -> None:
        """Delete the site's points."""
        try:
            self._client.delete_api().delete(
                "1970-01-01T00:00:00Z",
                "2262-01-01T00:00:00Z",
                f'_measurement="{MEASUREMENT}" AND site="{self._site}"',
                bucket=self._bucket,
            )
        except ApiException as error:
            wrong = explained(self.url, error)
            raise wrong if isinstance(wrong, Unwilling) else unreachable(self.url, wrong) from error
        except (HTTPError, OSError) as error:
            raise unreachable(self.url, error) from error

    def close(self) -> None:
        """Close the connections."""
        for client in (self._client, self._asking):
            client.close()  # type: ignore[no-untyped-call]

    def _rows(self, found: BaseHTTPResponse, until: float) -> Iterator[list[str]]:
        body = bytearray()
        for chunk in found.stream(1 << 16):
            body += chunk
            if time.monotonic() > until:
                raise unreachable(self.url, f"no whole answer within {self._seconds:g} s")
        yield from csv.reader(StringIO(body.decode()))


def _series(rows: Iterator[list[str]]) -> Iterator[Points]:
    """The points of an annotated CSV: tables, each with a line of names, empty lines between tables of other shape."""
    columns: dict[str, int] | None = None
    found: defaultdict[tuple[str, ...], tuple[list[float], list[int]]] = defaultdict(lambda: ([], []))
    for row in rows:
        if not any(row):
            columns = None
        elif row[0].startswith("#"):
            continue
        elif columns is None or "_time" in row:
            columns = {name: place for place, name in enumerate(row)}
            if "error" in columns:
                raise ValueError(f"Flux: {next(rows, [])}")
        elif row[columns["_field"]] in VERDICTS:
            tags = tuple(row[columns[name]] if name in columns else "" for name in TAGS)
            values, times = found[tags]
            values.append(float(row[columns["_value"]]))
            times.append(milliseconds(datetime.fromisoformat(row[columns["_time"]])))
    for (field, quality, kind), (values, times) in found.items():
        yield Points(field, {"quality": quality, "kind": kind}, values, times)


def _time(ms: int) -> str:
    return moment(ms).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _quoted(text: str) -> str:
    """A Flux string: backslash, quote and the begin of an interpolation lose their meaning."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${") + '"'


def open_store(
    settings: SeriesSettings, ledger: Ledger, site: str, zone: ZoneInfo, now_ms: Callable[[], int]
) -> RemoteSeries:
    """The store that the `[series]` section names."""
    store = InfluxDB(
        settings.url or "",
        site,
        org=settings.org or "",
        bucket=settings.bucket,
        token=settings.token.reveal() if settings.token else "",
        ca_file=settings.ca_file,
        write_seconds=settings.timeout_seconds,
    )
    return RemoteSeries("influxdb", store, ledger=ledger, site=site, zone=zone, now_ms=now_ms, monotonic=time.monotonic)
