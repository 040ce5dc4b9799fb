"""How many of each verdict this gate gave since midnight: counts, and nobody's reading."""

from datetime import date, datetime

from kadian.messages import Screening, Verdict
from kadian.messages.telemetry import Today


class Tally:
    """Counts of one day; a restart begins at zero, as the office has the true sums."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._counts: dict[Verdict, int] = {}

    def note(self, screening: Screening) -> None:
        """One screening that is on disk."""
        self._turn(screening.at.astimezone())
        self._counts[screening.verdict] = self._counts.get(screening.verdict, 0) + 1

    def counts(self, now: datetime) -> Today:
        """The counts of the day of `now`."""
        self._turn(now.astimezone())
        given = self._counts.get
        return Today(given("pass", 0), given("recheck", 0), given("stop", 0), given("none", 0))

    def _turn(self, at: datetime) -> None:
        if self._day is None or at.date() > self._day:
            self._day, self._counts = at.date(), {}
