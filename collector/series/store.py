"""What every series store promises; a remote one is one file beside this one, with `open_store`."""

from typing import Protocol

import msgspec

from collector.ledger.measured import Batch
from kadian.errors import KadianError


class Bucket(msgspec.Struct, frozen=True):
    """One point of a chart, from `at_ms` (milliseconds since 1970) on.

    `count` counts every screening, `rechecks` and `stops` those with that verdict. `no_results` counts those that gave
    no temperature to go by: none was measured, its quality is not `ok`, or it is one of the air (kind `ambient`).
    `min`, `median`, `p95` and `max` are °C, to a hundredth, over the others, `count - no_results` in number; None when
    there are none.
    """

    at_ms: int
    count: int
    rechecks: int
    stops: int
    no_results: int
    min: float | None
    median: float | None
    p95: float | None
    max: float | None


class Series(Protocol):
    """Numbers by gate and time: no name, no holder, no code.

    One thread writes; any thread may read meanwhile. What is lost here is lost nowhere else: an empty store follows
    the ledger from position 0 and is then as it was.
    """

    def write(self, batch: Batch) -> None:
        """Count a batch and move the cursor from `batch.behind` to `batch.last`, which is kept in the ledger.

        When the cursor no longer stands at `batch.behind`, someone else has counted: nothing is, and the caller reads
        again. Rows that the store refuses for themselves are set aside (`collector.ledger.aside`) and passed.

        Raises:
            Exception: the store cannot take it now: the same batch comes again.
        """

    @property
    def trouble(self) -> KadianError | None:
        """Why nothing is taken at present; None when all is well."""

    def position(self) -> int:
        """The ledger's position up to which everything is counted; 0 at first."""

    def begins_ms(self) -> int:
        """From when on it has everything that arrived, milliseconds since 1970; 0: all that ever did."""

    def chart(self, gate: str, start_ms: int, end_ms: int, points: int) -> list[Bucket]:
        """At most `points` buckets in time order, one for each step of `steps.steps_of(…)`, empty ones left out.

        Raises:
            ValueError: the window is empty, or `points` is less than 1.
            Exception: the store does not answer.
        """

    def clear(self) -> None:
        """Forget all that was counted and set aside, and stand at position 0."""

    def close(self) -> None:
        """Let go of files and connections."""
