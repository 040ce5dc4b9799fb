"""What every series store promises; a back-end is one file beside this one, with `open_store`."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from collector.ledger.screenings import StoredScreening


class Bucket(msgspec.Struct, frozen=True):
    """One point of a chart, from `at_ms` (milliseconds since 1970) on.

    `count` counts every screening, `rechecks` those with that verdict. `median`, `p95` and `max` are °C, to a
    hundredth, over the temperatures that are a result (quality `ok`, not of the air); None when there are none.
    """

    at_ms: int
    count: int
    median: float | None
    p95: float | None
    max: float | None
    rechecks: int


class Series(Protocol):
    """Numbers by gate and time: no name, no holder, no code.

    One thread writes; any thread may read meanwhile. What is lost here is lost nowhere else: an empty store follows
    the ledger from position 0 and is then as it was.
    """

    def write(self, batch: Sequence[StoredScreening]) -> None:
        """Count `batch` and move the position to its last, both or neither. What was counted before is passed over."""

    def position(self) -> int:
        """The ledger's position up to which everything is counted; 0 at first."""

    def chart(self, gate: str, start_ms: int, end_ms: int, points: int) -> list[Bucket]:
        """At most `points` buckets in time order, `steps.step_of(…)` apart, empty ones left out.

        Bucket edges are whole steps of UTC, so that a window that moves on with the clock keeps its buckets. The
        window is widened to whole roll-ups, a minute or an hour; its first and last bucket may be cut by it.

        Raises:
            ValueError: the window is empty, or `points` is less than 1.
        """

    def close(self) -> None:
        """Let go of files and connections."""
