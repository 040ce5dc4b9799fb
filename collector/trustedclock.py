"""The time by which things are deleted: an office whose clock jumps ahead by years must not delete what it has."""

import time
from collections.abc import Callable

import structlog

from collector.ledger import Ledger, cursors, retention
from collector.ledger.retention import DAY_MS

log = structlog.get_logger(__name__)

CURSOR = "retention"


def trusted_ms(now_ms: int, witnessed: int | None, kept_ms: int | None, elapsed_ms: int) -> int:
    """The time by which things are deleted. Pure.

    The office's clock is believed only as far as the gates' own right clocks bear it out, or as far as it is known to
    have run since this was last asked.

    Args:
        now_ms: the office's clock.
        witnessed: what the gates' clocks say, see `retention.witnessed_ms`; None in an empty ledger.
        kept_ms: the answer of last time, before any restart.
        elapsed_ms: the time since then by a clock that cannot jump; 0 after a restart.
    """
    if witnessed is None and kept_ms is None:
        return now_ms
    known = [moment for moment in (witnessed, None if kept_ms is None else kept_ms + elapsed_ms) if moment is not None]
    return min(now_ms, max(known))


class TrustedClock:
    """Asks the ledger's witnesses, and keeps the answer there.

    Args:
        ledger: with the screenings that witness.
        now_ms: the office's clock, milliseconds since 1970.
    """

    def __init__(self, ledger: Ledger, now_ms: Callable[[], int]) -> None:
        self._ledger = ledger
        self._now_ms = now_ms
        self._asked: tuple[float, int] | None = None

    def trusted(self) -> int:
        """The time, milliseconds since 1970, as far as it can be believed."""
        now_ms, now = self._now_ms(), time.monotonic()
        with self._ledger.begin() as connection:
            kept_ms = cursors.get(connection, CURSOR) or None
            # Where another office has answered since, it is not known how long ago.
            own = self._asked is not None and self._asked[1] == kept_ms
            elapsed_ms = int((now - self._asked[0]) * 1000) if self._asked and own else 0
            trusted = trusted_ms(now_ms, retention.witnessed_ms(connection), kept_ms, elapsed_ms)
            cursors.put(connection, CURSOR, trusted)
        self._asked = now, trusted
        if now_ms - trusted > DAY_MS:
            log.warning("retention_clock_doubted", days=(now_ms - trusted) // DAY_MS)
        return trusted
