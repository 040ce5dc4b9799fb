"""Scenes of a past day, from what was written of them, from its screenings, and from the roll-ups as they are."""

import msgspec

from collector.alerts.lookout.conditions import OfficeSaid, Remade
from collector.alerts.lookout.passing import Passing
from collector.alerts.lookout.scenery import Places, Slow, Usual
from collector.ledger import Ledger, conditions, cursors
from collector.ledger.conditions import Condition
from collector.ledger.screenings import StoredScreening
from collector.rules.scene import Scene

ALIVE_MS = 60_000
CURSOR = "lookout"
MOST_AHEAD = 5_000
"""Conditions in a row that were written after the day: then the day is over, and no clock had run ahead."""


class Seen(msgspec.Struct, frozen=True):
    """`scene` None: nobody looked. Since the one before, an office `began` to, and its clock was set by `set_ms`."""

    scene: Scene | None
    began: bool
    set_ms: int


class Reseen:
    """Goes forward in time alone. Entrances and roster are the settings' of today.

    Of a time when no office looked there is no scene, nor of one that a clock that was set has leapt over.
    """

    def __init__(self, ledger: Ledger, places: Places, usual: Usual) -> None:
        self._ledger = ledger
        self._places = places
        self._slow = Slow(usual)
        self._passing = Passing()
        self._passed_ms = 0
        self._remade = Remade()
        self._page: list[Condition] = []
        self._position = 0
        self._exhausted = False
        self._dark: list[tuple[int, int]] = []
        self._began = False
        self._last_ms = 0
        self._until_ms = 0
        self._ahead = 0

    def begin(self, since_ms: int, until_ms: int) -> None:
        """From here on: back to where all was written anew."""
        self._until_ms = until_ms
        with self._ledger.read() as connection:
            self._last_ms = cursors.get(connection, CURSOR) + ALIVE_MS
            for one in conditions.of_office(connection, since_ms):
                self._position = one.position - 1
                if msgspec.json.decode(one.said, type=OfficeSaid).mark:
                    break
            for one in conditions.of_office_between(connection, since_ms, until_ms):
                said = msgspec.json.decode(one.said, type=OfficeSaid)
                gap_ms = max(said.dark_ms, said.set_ms)
                if gap_ms > 0:
                    self._dark.append((one.at_ms - gap_ms, one.at_ms))

    def passed(self, stored: StoredScreening) -> None:
        """The next screening, in the order of storing."""
        if not stored.screening.drained:
            self._passed_ms = max(self._passed_ms, stored.received_ms)
            self._passing.note(stored.gate, self._passed_ms, unsigned=bool(stored.screening.unattended))

    def see(self, now_ms: int) -> "Seen":
        """What was seen at a moment."""
        began, set_ms = False, 0
        while (one := self._next(now_ms)) is not None:
            if one.gate:
                self._remade.take_gate(one.at_ms, one.gate, one.said)
                continue
            said = self._remade.take_office(one.at_ms, one.said)
            self._began = self._began or said.mark is not None
            began = began or said.mark == "began"
            set_ms += said.set_ms
        nobody = not self._began or now_ms > self._last_ms
        if nobody or any(begin < now_ms < end for begin, end in self._dark):
            return Seen(None, began, set_ms)
        return Seen(self._scene(now_ms), began, set_ms)

    def _scene(self, now_ms: int) -> Scene:
        with self._ledger.read() as connection:
            self._slow.look(connection, now_ms)
        duty = self._places.on_duty(now_ms)
        gates = {}
        for name in self._remade.gates():
            gates[name] = msgspec.structs.replace(
                self._remade.gate(name, now_ms),
                unattended=self._passing.unsigned(name),
                per_minute=self._passing.per_minute(name, now_ms),
                usual_per_hour=self._slow.per_hour.get(name),
                on_duty=None if duty is None else duty.get(name, 0),
            )
        return Scene(
            now_ms=now_ms,
            gates=gates,
            offline_ms=self._remade.offline_ms(now_ms),
            entrances=self._places.entrances,
            devices=tuple(self._slow.devices),
            refused=dict(self._remade.refused()),
        )

    def _next(self, now_ms: int) -> Condition | None:
        while not self._page and not self._exhausted:
            self._read_on()
        if not self._page or self._page[-1].at_ms > now_ms:
            return None
        return self._page.pop()

    def _read_on(self) -> None:
        """The next page, without what a clock that ran ahead stamped with a later day: it holds up nothing."""
        with self._ledger.read() as connection:
            read = conditions.behind(connection, self._position)
        self._page = [one for one in reversed(read) if one.at_ms < self._until_ms]
        self._ahead = 0 if self._page else self._ahead + len(read)
        self._exhausted = not read or self._ahead > MOST_AHEAD
        if read:
            self._position = read[-1].position
