"""How many messages a service takes in how long, and when it takes the next one. Pure.

Windows slide: whatever windows the service counts in, none of them has more. Of each, three in ten places are kept for
confirmed fevers.
"""

from collections.abc import Iterable, Sequence

import msgspec

from collector.ledger.queued import Queued

UNITS = {"s": 1, "min": 60, "h": 3600, "day": 86_400}
DAY = UNITS["day"]
FEVERS_IN_A_ROW = 9
"""Then one of the others goes, which may use what is kept for fevers: nothing waits for ever."""


class Limit(msgspec.Struct, frozen=True):
    """At most so many messages in so many seconds."""

    most: int
    seconds: int

    @property
    def ordinary(self) -> int:
        """What of it is for others than confirmed fevers; at least one."""
        return max(1, self.most - -(-3 * self.most // 10))


Limits = tuple[Limit, ...]


def parse(said: str) -> Limit:
    """`20/min`, `5/day`, as the settings have it."""
    most, _, unit = said.partition("/")
    return Limit(int(most), UNITS[unit])


def in_turn(heads: Sequence[Queued], fevers: int) -> list[Queued]:
    """Those that are urgent first; after many of them in a row (`fevers`), the others are for once."""
    others = [msgspec.structs.replace(head, urgent=True) for head in heads if not head.urgent]
    return [*others, *(head for head in heads if head.urgent)] if fevers >= FEVERS_IN_A_ROW else list(heads)


def window_ms(limits: Limits) -> int:
    """How far back tries matter."""
    return max((limit.seconds * 1000 for limit in limits), default=0)


def free_ms(limits: Limits, tries: Iterable[int], now_ms: int, *, fever: bool) -> int:
    """The moment from which one more may be sent; `now_ms` where there is room.

    Args:
        limits: of the service.
        tries: when others were sent, milliseconds since 1970; in any order.
        now_ms: the office's clock. What lies after it was stamped by a clock that has been set back, and is passed
            over: a channel must not stand still for it.
        fever: a confirmed fever may use all of each window.
    """
    sent = sorted(at for at in tries if at <= now_ms)
    moments = [now_ms]
    for limit in limits:
        most = limit.most if fever else limit.ordinary
        if len(sent) >= most:
            moments.append(sent[-most] + limit.seconds * 1000)
    return max(moments)


def room(limits: Limits, tries: Sequence[int], now_ms: int, *, fever: bool) -> int | None:
    """How many may be sent at once; None: no service counts."""
    left = []
    for limit in limits:
        sent = sum(now_ms - limit.seconds * 1000 < at <= now_ms for at in tries)
        left.append(max(0, (limit.most if fever else limit.ordinary) - sent))
    return min(left, default=None)
