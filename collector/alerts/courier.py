"""Carries the waiting messages to the channels, one at a time through each, until the service says that it has them."""

import time
from collections.abc import Callable, Mapping
from random import SystemRandom
from threading import Event, Thread

import msgspec
import structlog

from collector.alerts import selftest
from collector.alerts.channel import Answer, Channel, silent_test
from collector.alerts.discreet import without_link
from collector.alerts.dispatch.urgency import FEVER
from collector.alerts.limits import Limits, free_ms, in_turn, window_ms
from collector.alerts.message import Message
from collector.alerts.patience import LONGEST_MS, next_try_ms
from collector.ledger import Connection, Ledger, channel_tests, deliveries, incidents, queued
from collector.ledger.channel_tests import Trial
from collector.ledger.deliveries import Delivery
from collector.ledger.queued import Queued

log = structlog.get_logger(__name__)

LONGEST_SLEEP = 30.0
_random = SystemRandom()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Courier:
    """One thread a channel, so that a slow service delays no other.

    At least once: a message is marked only after the service's answer, so a kill in between sends it again, with the
    same id. A message of an acknowledged incident is still carried: who took it at the office's screen need not be
    the one whose phone this is, and a phone that stays silent would look broken. One of a resolved incident is not,
    nor a call for the next person once somebody took it: it would call somebody to what is over.
    Confirmed fevers go first; what a service would not take now, since it has
    had so many, waits in the ledger and counts no try.

    Args:
        ledger: where the messages wait.
        channels: by the names that stand in the ledger.
        limits: of each channel's service; one that is not named counts nothing.
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
        *,
        limits: Mapping[str, Limits] | None = None,
        finish: Callable[[Delivery, Message], Message] = lambda _delivery, message: message,
    ) -> None:
        self._ledger = ledger
        self._limits = limits or {}
        self._now_ms = now_ms
        self._chance = chance
        self._finish = finish
        self._stopping = Event()
        self._failing: dict[str, bool] = {}
        self._unwritten: dict[str, tuple[Delivery, Answer]] = {}
        self._fevers: dict[str, int] = {}
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
                sleep = self.step(name, channel)
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

    def step(self, name: str, channel: Channel) -> float:
        """One try, or how many seconds there is nothing to do."""
        if name in self._unwritten:
            # The ledger did not take the answer: nothing more is sent before it does.
            self._write(*self._unwritten[name])
            del self._unwritten[name]
        now_ms = self._now_ms()
        with self._ledger.read() as connection:
            heads = queued.heads(connection, name, now_ms, FEVER)
            free = [deliveries.next_due_ms(connection, name, now_ms)]
            for head in in_turn(heads, self._fevers.get(name, 0)):
                over = _is_over(connection, head.delivery)
                at_ms = now_ms if over else self._free_ms(connection, name, head, now_ms)
                if at_ms <= now_ms:
                    break
                free.append(at_ms)
            else:
                next_ms = min((one for one in free if one is not None), default=now_ms + round(LONGEST_SLEEP * 1000))
                return min(max((next_ms - now_ms) / 1000, 0.01), LONGEST_SLEEP)
        if over:
            self._write(head.delivery, Answer("refused", deliveries.NOT_NEEDED))
            return 0
        fever = any(one.urgent for one in heads if one.delivery.id == head.delivery.id)
        self._fevers[name] = self._fevers.get(name, 0) + 1 if fever else 0
        answer = self._send(name, channel, head.delivery)
        tried_ms = head.delivery.tried_ms if answer.kind == "untested" else self._now_ms()
        self._unwritten[name] = msgspec.structs.replace(head.delivery, tried_ms=tried_ms), answer
        self._write(*self._unwritten[name])
        del self._unwritten[name]
        return 0

    def _free_ms(self, connection: Connection, name: str, head: Queued, now_ms: int) -> int:
        """When the service takes this one. A try of its own that failed stands in nobody's way, nor in its own."""
        limits = self._limits.get(name, ())
        if not limits:
            return now_ms
        tries = queued.tries(connection, name, now_ms - window_ms(limits), head.delivery.id)
        return free_ms(limits, tries, now_ms, fever=head.urgent)

    def _send(self, name: str, channel: Channel, delivery: Delivery) -> Answer:
        try:
            message = self._finish(delivery, msgspec.json.decode(delivery.body, type=Message))
            answer = silent_test(channel, message) if delivery.kind == "test" else channel.send(message)
            answer = msgspec.structs.replace(answer, reason=without_link(answer.reason, message.link))
        except Exception as error:
            log.exception("channel_failed", channel=name)
            answer = Answer("unknown", type(error).__name__, retry=True)
        failing = answer.kind in {"refused", "unknown"}
        if failing != self._failing.get(name, False):
            self._failing[name] = failing
            log.info("channel_fails" if failing else "channel_works", channel=name, reason=answer.reason)
        return answer

    def _write(self, delivery: Delivery, answer: Answer) -> None:
        now_ms = self._now_ms()
        test = delivery.kind == "test"
        longest_ms = selftest.LONGEST_MS if test else LONGEST_MS
        with self._ledger.begin() as connection:
            next_ms = next_try_ms(
                now_ms, delivery.created_ms, delivery.attempts, answer, self._chance(), longest_ms=longest_ms
            )
            if answer.kind == "accepted":
                deliveries.accepted(connection, delivery, now_ms, answer.reason)
            elif next_ms is not None:
                deliveries.later(connection, delivery, next_ms, answer.reason)
                return
            else:
                deliveries.refused(connection, delivery, now_ms, answer.reason)
            if test:
                day = selftest.day_of(delivery)
                channel_tests.put(connection, Trial(delivery.channel, day, now_ms, answer.kind, answer.reason))


def _is_over(connection: Connection, delivery: Delivery) -> bool:
    """Whether nobody need hear it any more. A digest tells of what was, and a test of nothing.

    A call for the next person is over as soon as somebody took all that it tells of.
    """
    if delivery.kind in {"digest", "test"}:
        return False
    over = {"resolved", "acknowledged"} if delivery.kind == "escalated" else {"resolved"}
    told = [incidents.find(connection, incident) for incident in deliveries.about(connection, delivery.id)]
    return all(incident is None or incident.state in over for incident in told)
