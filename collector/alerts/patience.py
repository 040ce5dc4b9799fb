"""When a message is tried again, and when no more. Pure."""

from collector.alerts.channel import Answer

PAUSES = (1, 2, 5, 15, 60)
"""Seconds after the first try, the second … ; the last one holds on."""
LONGEST_MS = 24 * 3_600_000
"""So long a message is tried: a phone that was off for the night still learns of it."""


def next_try_ms(  # noqa: PLR0917 - all of one try
    now_ms: int, created_ms: int, attempts: int, answer: Answer, chance: float, longest_ms: int = LONGEST_MS
) -> int | None:
    """When to try again; None: never.

    Args:
        now_ms: the end of the try.
        created_ms: when the message was written.
        attempts: how many tries there were before this one.
        answer: what came of this one.
        chance: 0 … 1; spreads the pauses by a fifth to both sides, so that many messages do not knock together.
        longest_ms: so long it is tried.
    """
    if not answer.retry or now_ms - created_ms >= longest_ms:
        return None
    pause = PAUSES[min(attempts, len(PAUSES) - 1)] * 1000
    return now_ms + max(round(pause * (0.8 + 0.4 * chance)), round(answer.after_seconds * 1000))
