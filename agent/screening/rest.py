from typing import NamedTuple
from uuid import UUID

from kadian.messages import Policy


class Rest(NamedTuple):
    """One person who is to rest and to be measured again; moments in monotonic seconds.

    Attributes:
        id: the screening that began it.
        latest: this person's last reading that was high (or could not be judged).
        since: when the rest began.
        last: when `latest` was.
        celsius: its value, °C.
        holder: of the code that was shown with it.
        proven: a code that is enough where one is required was shown with it.
        high: a high reading began it; else one that was too cold or too warm to judge.
        confirmed: a second high reading has confirmed a fever.
    """

    id: UUID
    latest: UUID
    since: float
    last: float
    celsius: float
    holder: str | None = None
    proven: bool = False
    high: bool = True
    confirmed: bool = False


def left(rest: Rest, at: float, policy: Policy) -> float:
    """How many seconds are left of it at a moment, 0 when it is over."""
    return 0.0 if rest.confirmed else max(0.0, rest.since + policy.rest_seconds - at)
