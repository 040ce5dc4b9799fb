"""What a store's answer to a write means. Pure.

Source: InfluxDB's pages "Troubleshoot writing data" of versions 2 and 3: 400 and 422 for lines that it does not take
(version 2.5 and later, and version 3, may keep the good ones of the batch), 401, 404, 413, 429 and 503 with
Retry-After.
"""

from kadian.errors import KadianError

LONG_PAUSE = 60.0
"""Seconds until what only a person can put right is tried again."""
LONGEST_PAUSE = 300.0
"""A store that asks for more patience is not believed."""


class LinesRefused(Exception):  # noqa: N818 - named by what happened
    """At least one of the lines is bad; which one, the store does not say."""


class TooMuchAtOnce(Exception):  # noqa: N818 - likewise
    """The lines are too many for one request."""


class Unwilling(Exception):  # noqa: N818 - likewise
    """The store cannot take or give anything now.

    Args:
        error: what is wrong, for people.
        pause: seconds until it makes sense to try again, as the store or the case says; None: as the caller likes.
        away: the store could not be reached, so it may have been killed with what it had not yet put on disk.
    """

    def __init__(self, error: KadianError, pause: float | None = None, *, away: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.pause = pause
        self.away = away


def failure(url: str, status: int, said: str, retry_after: str | None = None) -> Exception:
    """The exception that stands for an answer which is not a success.

    Args:
        url: of the store, for people.
        status: of HTTP.
        said: the answer's own words.
        retry_after: its Retry-After, if it had one; seconds (a date is taken as "some time").
    """
    said = " ".join(said.split())[:300]
    if status in {400, 422}:
        return LinesRefused(said)
    if status == 413:
        return TooMuchAtOnce(said)
    if status in {401, 403}:
        return Unwilling(KadianError("K0364", url, status=status, why=said), LONG_PAUSE)
    if status in {429, 503}:
        return Unwilling(KadianError("K0366", url, status=status, why=said), _seconds(retry_after))
    if status < 500:
        return Unwilling(KadianError("K0365", url, status=status, why=said), LONG_PAUSE)
    return Unwilling(KadianError("K0363", url, why=f"HTTP {status} {said}"), away=True)


def unreachable(url: str, why: object) -> Unwilling:
    """For a store that does not answer, or not in time."""
    return Unwilling(KadianError("K0363", url, why=" ".join(str(why).split())[:300]), away=True)


def _seconds(text: str | None) -> float | None:
    return min(float(text), LONGEST_PAUSE) if text is not None and text.strip().isdigit() else None
