"""Each morning every channel is tried silently: what is broken is known before the first fever.

The test is a message in the ledger's outbox, under an id that is made of the day, carried like any other: whatever is
killed between, it is carried at least once, and once a day. It rings nobody.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, time, tzinfo

import msgspec
import structlog

from collector.alerts.message import Message
from collector.ledger import Connection, Ledger, channel_tests, deliveries
from collector.ledger.channel_tests import Trial
from collector.ledger.deliveries import Delivery, delivery_id
from collector.paced import Paced
from kadian.text import say

log = structlog.get_logger(__name__)

SLEEP = 20.0
"""Seconds between two looks at the clock."""
LONGEST_MS = 15 * 60_000
"""So long a service that does not answer is tried again."""
NAME = "test:"
"""Then the day: what stands in a delivery in an incident's place."""


def due_day(now: datetime, at: str) -> str | None:
    """The site's day whose test is due; None: not yet today.

    Args:
        now: in the site's own time.
        at: `06:45`.
    """
    return f"{now:%Y-%m-%d}" if now.time() >= time.fromisoformat(at) else None


def day_of(delivery: Delivery) -> str:
    """Which day's test it is."""
    return delivery.incident.removeprefix(NAME)


def message(id_: str, about: str, at: datetime, severity: str = "notice") -> Message:
    """The message of a test: it says of itself that nothing is to be done."""
    return Message(
        id=id_,
        incident=about,
        rule="self_test",
        severity=severity,
        late=False,
        gate="",
        entrance="",
        name=say("selftest.name"),
        at=at.isoformat(timespec="milliseconds"),
        text=say("selftest.text", time=f"{at:%H:%M}"),
        text_en=say("selftest.text", "en", time=f"{at:%H:%M}"),
        what_to_do=say("selftest.do"),
        what_to_do_en=say("selftest.do", "en"),
        count=1,
        kind="test",
    )


class SelfTests(Paced):
    """Queues the day's tests when it is time.

    A ledger that never saw a test begins with the next morning: whoever sets an office up is not greeted by messages.
    A channel that is new among others is tried at once, and so is what an office that was off at that time has missed.

    Args:
        ledger: where the tests wait for the courier.
        channels: the names of all of them.
        at: of the site's day, `06:45`; None: never.
        timezone: of the site.
        now_ms: the office's clock, milliseconds since 1970.
    """

    def __init__(
        self, ledger: Ledger, channels: Sequence[str], at: str | None, timezone: tzinfo, now_ms: Callable[[], int]
    ) -> None:
        super().__init__(ledger, "self_tests", wakes=False)
        self._channels = tuple(channels)
        self._at = at
        self._timezone = timezone
        self._now_ms = now_ms
        self._queued: str | None = None

    def start(self) -> None:
        """Begin, if there is anything to do."""
        if self._at is not None and self._channels:
            super().start()

    def pace(self) -> float:
        """See `step`; only while this office leads."""
        if self._ledger.leads():
            self.step()
        return SLEEP

    def step(self) -> None:
        """Queue what is due and not yet queued."""
        day = (self._at and due_day(self._now(), self._at)) or ""
        if day == self._queued:
            return
        with self._ledger.begin() as connection:
            known = channel_tests.listing(connection)
            for name in self._channels:
                if not known:
                    first = Trial(name, day, self._now_ms(), "untested", say("selftest.first"))
                    channel_tests.put(connection, first)
                elif day and (name not in known or known[name].day != day):
                    self._put(connection, name, day)
        self._queued = day

    def _put(self, connection: Connection, channel: str, day: str) -> None:
        about = f"{NAME}{day}"
        id_ = delivery_id(about, channel, "test")
        body = msgspec.json.encode(message(id_, about, self._now())).decode()
        now_ms = self._now_ms()
        deliveries.put(connection, Delivery(id_, about, channel, "waiting", body, 0, now_ms, now_ms, kind="test"), [])

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._now_ms() / 1000, self._timezone)
