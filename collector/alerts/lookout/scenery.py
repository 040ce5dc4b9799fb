"""Makes scenes: from the office's ears, the roster, and what the ledger says of screenings."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo

import msgspec

from collector.alerts.dispatch import roster
from collector.alerts.lookout.passing import Passing
from collector.alerts.settings import Shift
from collector.hearing import Hearing
from collector.ledger import Connection, Ledger, channel_tests, devices, gates, passed, screenings
from collector.rules.scene import DeviceDay, GateNow, Scene

HOUR_MS = 3_600_000
WINDOW_MS = 600_000
AT_ONCE = 5_000
READ_BACK = 50_000
"""Rows that are read at a start, at most: of a city's flow they are the last seconds, of a neighbourhood's hours."""
REFUSED_MS = 30_000
LONG_AGO_MS = 86_400_000
"""A gate of which the ledger knows no time."""


class Places(msgspec.Struct, frozen=True):
    """What the settings say: the state of each entrance, the gates there, the roster, the site's zone, the channels."""

    entrances: dict[str, str | None]
    gates: tuple[str, ...]
    shifts: tuple[Shift, ...]
    zone: tzinfo
    channels: tuple[str, ...] = ()

    def on_duty(self, now_ms: int) -> dict[str, int] | None:
        """How many people are to stand at each gate now; None: there is no roster."""
        if not self.shifts:
            return None
        at = datetime.fromtimestamp(now_ms / 1000, self.zone)
        here = {(shift.person, gate) for shift in self.shifts if roster.covers(shift, at) for gate in shift.gates}
        return dict(Counter(gate for _, gate in here))


Usual = Callable[[Connection, int], Mapping[str, float]]
"""Of a read and a moment: how many come to each gate at that hour, usually."""


class Slow:
    """What changes by the hour: who usually comes, and how each thermometer stands among the others."""

    def __init__(self, usual: Usual) -> None:
        self._usual = usual
        self._hour: int | None = None
        self.per_hour: Mapping[str, float] = {}
        self.devices: Sequence[DeviceDay] = ()

    def look(self, connection: Connection, now_ms: int) -> None:
        """Ask again, if it is another hour."""
        if now_ms // HOUR_MS != self._hour:
            self._hour = now_ms // HOUR_MS
            self.per_hour = self._usual(connection, now_ms)
            self.devices = devices.days(connection, now_ms)


class Scenery:
    """For one thread.

    Args:
        ledger: what is read, never written.
        hearing: the ears.
        places: what the settings say.
        usual: how many people usually come.
    """

    def __init__(self, ledger: Ledger, hearing: Callable[[], Hearing], places: Places, usual: Usual) -> None:
        self._ledger = ledger
        self._hearing = hearing
        self._places = places
        self._slow = Slow(usual)
        self._passing = Passing()
        self._position: int | None = None
        self._known: dict[str, int | None] = {}
        self._states: dict[str, str] = {}
        self._duty: tuple[int, dict[str, int] | None] = -1, None
        self._refused: tuple[int, dict[str, str]] | None = None

    def scene(self, now_ms: int) -> Scene:
        """All as it is now, `now_ms` by the wall clock."""
        heard = self._hearing()
        mono_ms = round(heard.at * 1000)
        with self._ledger.read() as connection:
            if self._position is None:
                self._begin(connection, now_ms, mono_ms)
            self._pass(connection, mono_ms)
            self._slow.look(connection, now_ms)
            if self._refused is None or mono_ms - self._refused[0] >= REFUSED_MS:
                self._refused = mono_ms, channel_tests.refused(connection, self._places.channels)
        duty = self._on_duty(now_ms)
        names = {*self._known, *self._places.gates, *heard.heard, *heard.states}
        return Scene(
            now_ms=now_ms,
            gates={name: self._gate(name, heard, now_ms, mono_ms, duty) for name in sorted(names)},
            offline_ms=heard.offline_ms,
            entrances=self._places.entrances,
            devices=tuple(self._slow.devices),
            refused=self._refused[1],
        )

    def _gate(self, name: str, heard: Hearing, now_ms: int, mono_ms: int, duty: Mapping[str, int] | None) -> GateNow:
        words = heard.words.get(name)
        return GateNow(
            name,
            self._heard_ms_ago(name, heard, now_ms),
            heard.silent_ms(name),
            heard.states.get(name) or self._states.get(name, "unknown"),
            words.thermometer if words else None,
            words.stuck if words else False,
            words.camera if words else None,
            words.lens if words else None,
            words.unmeasured if words else False,
            self._passing.unsigned(name),
            self._passing.per_minute(name, mono_ms),
            self._slow.per_hour.get(name),
            None if duty is None else duty.get(name, 0),
        )

    def _heard_ms_ago(self, name: str, heard: Hearing, now_ms: int) -> int | None:
        if name in heard.heard:
            return round((heard.at - heard.heard[name]) * 1000)
        if name not in self._known:
            return None
        # Heard before these ears began: how long before, only the wall clock tells.
        uptime_ms = round((heard.at - heard.began) * 1000)
        last_ms = self._known[name]
        return max(uptime_ms, LONG_AGO_MS if last_ms is None else now_ms - last_ms)

    def _begin(self, connection: Connection, now_ms: int, mono_ms: int) -> None:
        for word in gates.words(connection):
            times = (word.state_received_ms, word.telemetry_received_ms, word.last_screening_ms)
            self._known[word.gate] = max((one for one in times if one is not None), default=None)
            self._states[word.gate] = word.state
        last = screenings.last_position(connection)
        self._position = max(0, last - READ_BACK)
        while self._position < last:
            found, self._position = passed.behind(connection, self._position, AT_ONCE)
            for one in found:
                ago_ms = now_ms - one.received_ms
                if abs(ago_ms) < WINDOW_MS:
                    self._passing.note(one.gate, mono_ms - max(0, ago_ms), unsigned=bool(one.unattended))

    def _pass(self, connection: Connection, mono_ms: int) -> None:
        while self._position is not None:
            found, position = passed.behind(connection, self._position, AT_ONCE)
            for one in found:
                self._passing.note(one.gate, mono_ms, unsigned=bool(one.unattended))
            if position == self._position:
                return
            self._position = position

    def _on_duty(self, now_ms: int) -> dict[str, int] | None:
        minute = now_ms // 60_000
        if self._duty[0] != minute:
            self._duty = minute, self._places.on_duty(now_ms)
        return self._duty[1]
