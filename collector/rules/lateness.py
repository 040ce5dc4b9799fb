"""When a screening happened, and whether it is old news. Pure.

Four things tell: the gate's own time, what it says of its clock, when it arrived, and whether it had been kept (a gate
sends what it has just measured at once, and what it had to keep in arrays; a broker says what it let wait).
"""

from collector.ledger.screenings import StoredScreening

LATE_AFTER_MS = 900_000
"""Nobody can be met at the gate any more."""
AHEAD_MS = 120_000
"""So far a gate's clock may be before the office's; beyond, one of the two is wrong, and the arrival counts."""
NO_CLOCK_MS = 1_577_836_800_000
"""2020-01-01: a time before it comes from a clock that was never set, whatever is said of it."""


def is_dated(stored: StoredScreening) -> bool:
    """Whether its own time can be believed."""
    return (
        stored.screening.clock != "unsynced"
        and stored.at_ms >= NO_CLOCK_MS
        and stored.at_ms <= stored.received_ms + AHEAD_MS
    )


def moment_ms(stored: StoredScreening) -> int:
    """When it happened: the gate's own time, or the arrival where that cannot be believed."""
    return stored.at_ms if is_dated(stored) else stored.received_ms


def distance_ms(stored: StoredScreening) -> int:
    """A time for measuring how far two screenings lie apart.

    In a backlog without a date all have one arrival; the gate's own times, wrong as they are, keep their distances.
    """
    return stored.at_ms if stored.screening.drained and not is_dated(stored) else moment_ms(stored)


def is_late(stored: StoredScreening, late_after_ms: int = LATE_AFTER_MS) -> bool:
    """Whether it is old news. Of what has no date, what had been kept is."""
    if is_dated(stored):
        return stored.received_ms - stored.at_ms > late_after_ms
    return stored.screening.drained
