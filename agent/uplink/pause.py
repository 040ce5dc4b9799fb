"""How long to leave a broker alone that could not be reached: pure."""

SHORTEST = 0.5
SOON = 5.0
"""Seconds at most while it is not long gone: a short cut is over within ten seconds of its end, and a whole
neighbourhood of gates does not come back in the same moment."""
LONG_GONE = 300.0
LONGEST = 60.0


def pause(gone_for: float, chance: float) -> float:
    """Seconds until the next attempt.

    Args:
        gone_for: seconds since the connection stood, or since the first attempt.
        chance: 0…1, a new one each time.
    """
    most = SOON if gone_for < LONG_GONE else min(LONGEST, SOON * gone_for / LONG_GONE)
    return SHORTEST + chance * (most - SHORTEST)
