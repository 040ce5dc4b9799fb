"""Charts from the remote series store, or from the embedded one while that does not answer or has less.

A remote store is filled from the ledger, so one that was set up or emptied later than the ledger forgot its first
screenings has less than the roll-ups, which are kept for years.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import structlog

from collector.ledger import Ledger
from collector.ledger.measured import waiting_since_ms
from collector.series.lengths import DAY_MS
from collector.series.store import Bucket, Series

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 2.0
"""How long a chart waits for the remote store."""
RESPITE_SECONDS = 15.0
"""How long a store that did not answer is not asked again."""
BEHIND_MS = 60_000
"""A remote store that has not taken what arrived so long ago draws no charts: the end of each would be missing."""
BORDER_MS = 2 * DAY_MS
"""A chart's first point may be a whole day, and a gate's clock ahead of what arrived: so far from where a remote store
begins the embedded one still draws."""
ASKING = 4


class Charts:
    """For any number of threads.

    Args:
        ledger: what both follow.
        embedded: has everything, always.
        remote: what the configuration names besides; None without one.
        now_ms: the office's clock, milliseconds since 1970.
    """

    def __init__(self, ledger: Ledger, embedded: Series, remote: Series | None, now_ms: Callable[[], int]) -> None:
        self._ledger = ledger
        self._embedded = embedded
        self._remote = remote
        self._now_ms = now_ms
        self._lock = Lock()
        self._ask_again_at = float("-inf")
        self._asking = ThreadPoolExecutor(ASKING, "series-remote") if remote else None

    def chart(self, gate: str, start_ms: int, end_ms: int, points: int) -> list[Bucket]:
        """As `store.Series.chart`; within about 2 s, whatever the remote store does."""
        if self._remote and self._asking and self._may_ask() and self._has(self._remote, start_ms):
            asked = self._asking.submit(self._remote.chart, gate, start_ms, end_ms, points)
            try:
                found = asked.result(PATIENCE_SECONDS)
            except ValueError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever ails it, there is another who knows
                asked.cancel()
                self._silent(error)
            else:
                return found
        return self._embedded.chart(gate, start_ms, end_ms, points)

    def position(self) -> int:
        """The ledger's position up to which the embedded store has everything."""
        return self._embedded.position()

    def close(self) -> None:
        """Ask no more; an answer that is still awaited is not waited for."""
        if self._asking:
            self._asking.shutdown(wait=False, cancel_futures=True)

    def _may_ask(self) -> bool:
        with self._lock:
            return time.monotonic() >= self._ask_again_at

    def _has(self, remote: Series, start_ms: int) -> bool:
        begins_ms = remote.begins_ms()
        return (not begins_ms or start_ms >= begins_ms + BORDER_MS) and not self._is_behind(remote)

    def _is_behind(self, remote: Series) -> bool:
        with self._ledger.read() as connection:
            since = waiting_since_ms(connection, remote.position())
        return since is not None and self._now_ms() - since > BEHIND_MS

    def _silent(self, error: Exception) -> None:
        with self._lock:
            self._ask_again_at = time.monotonic() + RESPITE_SECONDS
        log.warning("series_remote_silent", error=f"{type(error).__name__}: {error}"[:200], again_in=RESPITE_SECONDS)
