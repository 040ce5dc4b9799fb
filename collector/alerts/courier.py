"""Carries the waiting messages to the channels, one at a time through each, until the service says that it has them."""

import time
from collections.abc import Callable, Mapping
from random import SystemRandom
from threading import Event, Thread

import msgspec
import structlog

from collector.alerts.channel import Answer, Channel
from collector.alerts.message import Message
from collector.alerts.patience import next_try_ms
from collector.ledger import Connection, Ledger, deliveries, incidents
from collector.ledger.deliveries import Delivery

log = structlog.get_logger(__name__)

LONGEST_SLEEP = 30.0
_random = SystemRandom()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Courier:
    """One thread a channel, so that a slow service delays no other.

    At least once: a message is marked only after the service's answer, so a kill in between sends it again, with the
    same id. A message of an acknowledged incident is still carried: who took it at the office's screen need not be
    the one whose phone this is, and a phone that stays silent would look broken. One of a resolved incident is not:
    it would call somebody to what is over.

    Args:
        ledger: where the messages wait.
        channels: by the names that stand in the ledger.
        now_ms: the office's clock, milliseconds since 1970.
        chance: numbers from 0 to 1.
        finish: makes of a message what goes out.
    """

    def __init__(
        self,
        ledger: Ledger,
        channels: Mapping[str, Channel],
        now_ms: Callable[[], int] = _now_ms,
        chance: Callable[[], float] = _random.random,
        finish: Callable[[Delivery, Message], Message] = lambda _delivery, message: message,
    ) -> None:
        self._ledger = ledger
        self._now_ms = now_ms
        self._chance = chance
        self._finish = finish
        self._stopping = Event()
        self._failing: dict[str, bool] = {}
        self._threads = [
            Thread(target=self._carry, args=(name, channel), name=f"courier-{name}", daemon=True)
            for name, channel in channels.items()
        ]

    def start(self) -> None:
        """Begin to carry."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the tries at hand."""
        self._stopping.set()
        self._ledger.changed.notify()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _carry(self, name: str, channel: Channel) -> None:
        stuck = False
        while True:
            seen = self._ledger.changed.version
            # After `seen` was read: the bell that `stop` rings is heard then.
            if self._stopping.is_set():
                return
            if not self._ledger.leads():
                self._ledger.changed.wait(seen, LONGEST_SLEEP)
                continue
            try:
                sleep = self._step(name, channel)
                stuck = False
            except Exception:
                # The ledger cannot be read or written just now; the message waits in it.
                if not stuck:
                    log.exception("courier_stuck", channel=name)
                stuck = True
                self._stopping.wait(1.0)
                continue
            if sleep:
                self._ledger.changed.wait(seen, sleep)

    def _step(self, name: str, channel: Channel) -> float:
        """One try, or how many seconds there is nothing to do."""
        now_ms = self._now_ms()
        with self._ledger.read() as connection:
            waiting = deliveries.due(connection, now_ms, 1, name)
            if not waiting:
                next_ms = deliveries.next_due_ms(connection, name)
                return LONGEST_SLEEP if next_ms is None else min(max((next_ms - now_ms) / 1000, 0.01), LONGEST_SLEEP)
            over = _is_over(connection, waiting[0])
        if over:
            self._write(waiting[0], Answer("refused", "resolved before it could be delivered"))
        else:
            self._write(waiting[0], self._send(name, channel, waiting[0]))
        return 0

    def _send(self, name: str, channel: Channel, delivery: Delivery) -> Answer:
        try:
            answer = channel.send(self._finish(delivery, msgspec.json.decode(delivery.body, type=Message)))
        except Exception as error:
            log.exception("channel_failed", channel=name)
            answer = Answer("unknown", type(error).__name__, retry=True)
        failing = answer.kind != "accepted"
        if failing != self._failing.get(name, False):
            self._failing[name] = failing
            log.info("channel_fails" if failing else "channel_works", channel=name, reason=answer.reason)
        return answer

    def _write(self, delivery: Delivery, answer: Answer) -> None:
        now_ms = self._now_ms()
        with self._ledger.begin() as connection:
            if answer.kind == "accepted":
                deliveries.accepted(connection, delivery, now_ms, answer.reason)
                return
            next_ms = next_try_ms(now_ms, delivery.created_ms, delivery.attempts, answer, self._chance())
            if next_ms is None:
                deliveries.refused(connection, delivery, now_ms, answer.reason)
            else:
                deliveries.later(connection, delivery, next_ms, answer.reason)


def _is_over(connection: Connection, delivery: Delivery) -> bool:
    """Whether all that it tells of is resolved. A digest tells of what was, and a test of nothing."""
    if delivery.kind in {"digest", "test"}:
        return False
    told = [incidents.find(connection, incident) for incident in deliveries.about(connection, delivery.id)]
    return all(incident is None or incident.state == "resolved" for incident in told)
