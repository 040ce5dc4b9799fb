"""Lives through the story with the office's own parts; only the clock, the gates and the services are played."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import msgspec

from collector.alerts.channel import Answer
from collector.alerts.courier import Courier
from collector.alerts.dispatch import Dispatch, Dispatcher
from collector.alerts.lookout import Lookout
from collector.alerts.message import Message
from collector.alerts.rehearsal.story import GATES, NAMES, SEALED, SECONDS, TROUBLES
from collector.alerts.rehearsal.world import World
from collector.alerts.settings import Alerts, Channel, Person, Shift
from collector.alerts.watch import Watch
from collector.ledger import Ledger, incidents, screenings
from collector.ledger.incidents import Incident
from collector.rules.rule import RuleSettings

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 11, 25, 7, tzinfo=ZONE)
STEP = 2
"""Seconds from one look to the next."""
STEP_AFTERWARDS = 10
AFTERWARDS = 3600
"""So long it goes on after the story, for digests and whatever ends."""
SETTINGS = RuleSettings(names=NAMES, sealed=frozenset(SEALED), entrances={gate: gate for gate in (*GATES, *SEALED)})
MOST = 100_000
TAKEN_AFTER, CLOSED_AFTER = 60, 600
"""Seconds from a fever's ringing."""


class Rang(msgspec.Struct, frozen=True):
    """One message that reached a phone, `at` seconds after seven."""

    at: float
    channel: str
    message: Message


class Rehearsed(msgspec.Struct, frozen=True):
    """What rang, every incident with what became of it, those of which no message told, and how many passed."""

    rang: list[Rang]
    incidents: list[Incident]
    untold: list[Incident]
    passed: int

    def waits(self) -> list[float]:
        """Seconds from the reading that confirmed a fever to the phone, for each that a good thermometer showed."""
        stuck = {trouble.gate for trouble in TROUBLES if trouble.what == "stuck"}
        begin = {
            one.id: one.happened_ms / 1000 - BEGIN.timestamp()
            for one in self.incidents
            if one.rule == "confirmed_fever" and one.gate not in stuck
        }
        first: dict[str, float] = {}
        for rang in self.rang:
            first.setdefault(rang.message.incident, rang.at)
        return [first[id_] - at if id_ in first else float("inf") for id_, at in begin.items()]


class _Phone:
    def __init__(self, name: str, hear: Callable[[str, Message], None]) -> None:
        self._name = name
        self._hear = hear

    def send(self, message: Message) -> Answer:
        self._hear(self._name, message)
        return Answer("accepted", "rehearsal")


def rehearse(
    channels: Sequence[Channel] = (Channel("secretary", "webhook+http://127.0.0.1/"),),
    people: Sequence[Person] = (),
    shifts: Sequence[Shift] = (),
    alerts: Alerts | None = None,
    *,
    answered: bool = True,
) -> Rehearsed:
    """The bad morning with these people and limits.

    Args:
        channels: whose names count; nothing is sent through them.
        people: who would be told.
        shifts: the roster; the story's gates are e01 to e09.
        alerts: how.
        answered: somebody takes each fever a minute after it rang and has dealt with it after ten; nothing else.
    """
    with TemporaryDirectory(prefix="kadian-rehearsal-") as folder:
        ledger = Ledger.open(f"sqlite:///{Path(folder)}/rehearsal.db")
        try:
            return _Stage(ledger, Dispatch(channels, people, shifts, alerts, ZONE), channels, answered=answered).play()
        finally:
            ledger.close()


class _Stage:
    def __init__(self, ledger: Ledger, dispatch: Dispatch, channels: Sequence[Channel], *, answered: bool) -> None:
        self._answered = answered
        self._to_take: deque[tuple[float, str]] = deque()
        self._to_close: deque[tuple[float, str]] = deque()
        self._ledger = ledger
        self._now = 0.0
        self._rang: list[Rang] = []
        self._world = World(BEGIN)
        self._phones = {one.name: _Phone(one.name, self._hear) for one in channels}
        self._watch = Watch(ledger, SETTINGS, dispatch, self._now_ms)
        self._lookout = Lookout(ledger, self._world, SETTINGS, dispatch, self._now_ms, lambda: self._now)
        self._dispatcher = Dispatcher(ledger, dispatch, self._now_ms, lambda: self._now)
        self._courier = Courier(ledger, self._phones, self._now_ms, lambda: 0.5)

    def play(self) -> Rehearsed:
        passed = 0
        while self._now <= SECONDS + AFTERWARDS:
            arrived = list(self._world.arrivals(self._now))
            if arrived:
                with self._ledger.begin() as connection:
                    for gate, screening in arrived:
                        screenings.store(connection, gate, [screening], self._now_ms())
                passed += len(arrived)
                self._judge()
            self._lookout.step()
            self._carry()
            self._answer()
            self._now += STEP if self._now < SECONDS else STEP_AFTERWARDS
        with self._ledger.read() as connection:
            return Rehearsed(
                self._rang, incidents.listing(connection, limit=MOST), incidents.untold(connection, 0), passed
            )

    def _judge(self) -> None:
        with self._ledger.read() as connection:
            batch = screenings.after(connection, self._watch.position(), MOST)
        self._watch.handle(batch)

    def _carry(self) -> None:
        self._dispatcher.step()
        for name, phone in self._phones.items():
            while not self._courier.step(name, phone):
                pass

    def _answer(self) -> None:
        if not any(one and one[0][0] <= self._now for one in (self._to_take, self._to_close)):
            return
        with self._ledger.begin() as connection:
            while self._to_take and self._to_take[0][0] <= self._now:
                incidents.acknowledge(connection, self._to_take.popleft()[1], None, self._now_ms(), minutes=5)
            while self._to_close and self._to_close[0][0] <= self._now:
                incidents.resolve(connection, self._to_close.popleft()[1], None, self._now_ms())

    def _hear(self, channel: str, message: Message) -> None:
        self._rang.append(Rang(self._now, channel, message))
        if self._answered and message.rule == "confirmed_fever" and message.kind == "alarm":
            self._to_take.append((self._now + TAKEN_AFTER, message.incident))
            self._to_close.append((self._now + CLOSED_AFTER, message.incident))

    def _now_ms(self) -> int:
        return round((BEGIN.timestamp() + self._now) * 1000)
