"""What the feed and the charts need of a store on another machine; `influxdb` and `victoriametrics` are the two."""

from collections.abc import Sequence
from typing import Protocol

from collector.series.remote.samples import Points


class RemoteStore(Protocol):
    """A store that takes line protocol and gives raw points back. One thread writes; any thread may read meanwhile.

    Every method raises `answers.Unwilling` when the store cannot be reached or does not want to.
    """

    @property
    def url(self) -> str:
        """Where it is, without a password: for people."""

    @property
    def lanes(self) -> bool:
        """Whether it keeps milliseconds alone, so that readings of one millisecond need a tag to be two."""

    @property
    def settle_seconds(self) -> float:
        """How long after its answer a write may still be lost by a power cut; 0 for a store that syncs first."""

    def write(self, lines: Sequence[str]) -> None:
        """Write lines; raises also `answers.LinesRefused` and `answers.TooMuchAtOnce`."""

    def started(self) -> float | None:
        """A number that is another one after each start of the store; None where it does not say."""

    def furthest_ms(self) -> int | None:
        """The last moment of which it keeps points now, by its own clock, ms since 1970; None: it keeps all.

        Later ones it would drop without a word. Heard with `started`.
        """

    def points(self, gate: str, first_ms: int, last_ms: int) -> list[Points]:
        """The raw points of a gate from `first_ms` to before `last_ms`; more at the edges does no harm."""

    def clear(self) -> None:
        """Delete all that kadian wrote for this site."""

    def close(self) -> None:
        """Let go of connections."""
