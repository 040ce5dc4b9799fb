"""VictoriaMetrics: written through InfluxDB's client, read back raw through its own HTTP API.

A chart is made of raw points (`/api/v1/export`) with the embedded store's own tallies, since PromQL's quantiles
interpolate, and reach over one series only. It is exact whatever `-dedup.minScrapeInterval` says. Points show
themselves some seconds after they were written.

Source: docs.victoriametrics.com, and version 1.79.5 (Debian), which the tests start.
"""

import re
import ssl
import time
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import httpx
import msgspec

from collector.ledger import Ledger
from collector.series.lengths import DAY_MS
from collector.series.open import SeriesSettings
from collector.series.remote.answers import Unwilling, failure, unreachable
from collector.series.remote.lines import MEASUREMENT
from collector.series.remote.samples import VERDICTS, Points, field_of, once
from collector.series.remote.series import RemoteSeries
from collector.series.remote.writing import Writer, connect, shown

READ_SECONDS = 2.0
"""Until a chart is given up. A person waits for it, and the embedded store knows the answer too."""
CLEAR_SECONDS = 60.0
SETTLE_SECONDS = 60.0
_ROWS = re.compile(rb"^vm_rows\{", re.MULTILINE)
_START = re.compile(rb"^vm_app_start_timestamp (\S+)$", re.MULTILINE)


class _Exported(msgspec.Struct):
    """One line of `/api/v1/export`: one series."""

    metric: dict[str, str]
    values: list[float]
    timestamps: list[int]


_exported = msgspec.json.Decoder(_Exported)


class VictoriaMetrics:
    """One server, or a cluster behind one vmauth.

    Args:
        url: http(s)://host:8428.
        site: the neighbourhood: others may write to the same server.
        token: for a vmauth in front; may be empty.
        ca_file: the authority that its certificate is from; None for those of the system.
        write_seconds: until a write is given up.
        read_seconds: until a chart is given up.
    """

    lanes = True
    settle_seconds = SETTLE_SECONDS

    def __init__(
        self,
        url: str,
        site: str,
        *,
        token: str = "",
        ca_file: str | None = None,
        write_seconds: float = 10.0,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._client = connect(url, "kadian", token, ca_file, write_seconds)
        self._writer = Writer(self._client, "kadian")
        self._seconds = read_seconds
        self._site = site
        headers = {"Authorization": f"Token {token}"} if token else {}
        verify = ssl.create_default_context(cafile=ca_file) if ca_file else True
        self._http = httpx.Client(base_url=url, headers=headers, verify=verify, trust_env=False)
        self._clock: tuple[int, float] | None = None
        self.url = shown(url)

    def write(self, lines: Sequence[str]) -> None:
        """Write lines in one request."""
        self._writer.write(lines)

    def started(self) -> float | None:
        """When the server started, as its own figures say; None where a proxy hides them.

        vmauth, which VictoriaMetrics is often behind, answers this path with its own start: figures that do not tell of
        stored rows are not the server's.
        """
        try:
            answer = self._http.get("/metrics", timeout=self._seconds)
        except httpx.HTTPError as error:
            raise unreachable(self.url, str(error) or type(error).__name__) from error
        self._clock = _clock(answer.headers.get("Date"))
        if not answer.is_success or not _ROWS.search(answer.content):
            return None
        found = _START.search(answer.content)
        return float(found[1]) if found else None

    def furthest_ms(self) -> int | None:
        """A day ahead of the server's clock: what is two days ahead it drops, and answers 204."""
        if self._clock is None:
            return None
        at_ms, heard = self._clock
        return at_ms + round((time.monotonic() - heard) * 1000) + DAY_MS

    def points(self, gate: str, first_ms: int, last_ms: int) -> list[Points]:
        """The raw points of a gate."""
        fields = "|".join(VERDICTS)
        which = f'{{__name__=~"{MEASUREMENT}_({fields})",site="{self._site}",gate="{gate}"}}'
        window = {"match[]": which, "start": f"{first_ms / 1000:.3f}", "end": f"{(last_ms - 1) / 1000:.3f}"}
        try:
            series = [
                _exported.decode(line)
                for line in self._asked("GET", "/api/v1/export", window, self._seconds).splitlines()
                if line
            ]
        except msgspec.MsgspecError as error:
            raise unreachable(self.url, f"not an answer of VictoriaMetrics: {error}") from error
        return [
            once(Points(field_of(one.metric.get("__name__", "")), one.metric, one.values, one.timestamps))
            for one in series
        ]

    def clear(self) -> None:
        """Delete the site's series. The disk space comes back with the server's own merges."""
        which = f'{{__name__=~"{MEASUREMENT}_.*",site="{self._site}"}}'
        self._asked("POST", "/api/v1/admin/tsdb/delete_series", {"match[]": which}, CLEAR_SECONDS)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        self._client.close()  # type: ignore[no-untyped-call]

    def _asked(self, method: str, path: str, query: dict[str, str], seconds: float) -> bytes:
        """The body of an answer that came whole within `seconds`."""
        until = time.monotonic() + seconds
        body = bytearray()
        try:
            with self._http.stream(method, path, params=query, timeout=seconds) as response:
                for chunk in response.iter_bytes():
                    body += chunk
                    if time.monotonic() > until:
                        raise unreachable(self.url, f"no whole answer within {seconds:g} s")
        except httpx.HTTPError as error:
            raise unreachable(self.url, str(error) or type(error).__name__) from error
        if not response.is_success:
            wrong = failure(self.url, response.status_code, body.decode("utf-8", "replace"))
            # A question is no line: what it refuses is our own mistake, or not the server that we think it is.
            raise wrong if isinstance(wrong, Unwilling) else unreachable(self.url, wrong)
        return bytes(body)


def _clock(date: str | None) -> tuple[int, float] | None:
    """The server's time in ms since 1970, and the monotonic seconds at which it was heard."""
    try:
        return int(parsedate_to_datetime(date or "").timestamp()) * 1000, time.monotonic()
    except ValueError:
        return None


def open_store(
    settings: SeriesSettings, ledger: Ledger, site: str, zone: ZoneInfo, now_ms: Callable[[], int]
) -> RemoteSeries:
    """The store that the `[series]` section names."""
    store = VictoriaMetrics(
        settings.url or "",
        site,
        token=settings.token.reveal() if settings.token else "",
        ca_file=settings.ca_file,
        write_seconds=settings.timeout_seconds,
    )
    return RemoteSeries(
        "victoriametrics", store, ledger=ledger, site=site, zone=zone, now_ms=now_ms, monotonic=time.monotonic
    )
