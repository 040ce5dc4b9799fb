"""The thread that looks around every two seconds and writes down what it finds, what is over, and what it saw."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import structlog

from collector.alerts.dispatch import Dispatch
from collector.alerts.lookout.conditions import Changes, Mark, Written
from collector.alerts.lookout.lasting import End, Key, Lasting, Reopen, Step
from collector.alerts.why import Why
from collector.ledger import Connection, Ledger, conditions, cursors, incidents, lasting
from collector.ledger.follower import Overtaken
from collector.ledger.incidents import Incident
from collector.paced import Paced
from collector.rules.listing import looks
from collector.rules.rule import Finding, RuleSettings
from collector.rules.scene import Scene
from collector.wallclock import WallClock

log = structlog.get_logger(__name__)

CURSOR = "lookout"
"""Not a position: when what was seen was written last, milliseconds since 1970. Whoever writes moves it."""
EVERY_SECONDS = 2.0
SHARE = 20
"""Looks are at least so many times as far apart as one takes: thousands of gates take 5 % of one core at most."""
LONGEST_SECONDS = 10.0
"""Whatever one look took, such as the hour's first, which asks how each thermometer stands."""
MOST_NEW = 200
"""Incidents that one look opens; the next look has the others."""
ALIVE_MS = 60_000
"""So often it is written that somebody looks, so that a day can be judged again without the time when nobody did."""


class Sees(Protocol):
    """What makes scenes."""

    def scene(self, now_ms: int) -> Scene:
        """How all is at this moment, by the office's clock in milliseconds since 1970."""


class Lookout(Paced):
    """Looks while this office leads.

    All that it must not forget is in the ledger: what is open, what was over when, what was seen. Whoever leads next,
    or the same office after a kill, goes on from there. How long causes have not been found it counts anew.

    Args:
        ledger: where the incidents and the conditions are.
        scenery: makes scenes.
        settings: what the rules judge by.
        dispatch: decides at once who is told of what is new.
        now_ms: the office's clock, milliseconds since 1970.
        monotonic: seconds by a clock that nobody sets.
        every: seconds between two looks.
    """

    def __init__(  # noqa: PLR0917 - the parts, in the order of use
        self,
        ledger: Ledger,
        scenery: Sees,
        settings: RuleSettings,
        dispatch: Dispatch,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float] = time.monotonic,
        every: float = EVERY_SECONDS,
    ) -> None:
        super().__init__(ledger, "lookout", wakes=False)
        self._scenery = scenery
        self._settings = settings
        self._dispatch = dispatch
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._every = every
        self._wall = WallClock(now_ms, monotonic)
        self._failing: set[str] = set()
        self._memory: Memory | None = None

    def pace(self) -> float:
        """See `step`; only while this office leads."""
        begun = time.monotonic()
        try:
            if self._ledger.leads():
                self.step()
            else:
                self._memory = None
        except Overtaken:
            log.info("lookout_overtaken")
        return max(self._every, min(SHARE * (time.monotonic() - begun), LONGEST_SECONDS))

    def step(self) -> None:
        """One look."""
        now_ms, set_ms = self._now_ms(), self._wall.set_by_ms()
        memory, dark_ms = self._memory, 0
        if memory is None:
            memory = self._recall()
            dark_ms = max(0, now_ms - memory.written_ms) if memory.written_ms else 0
        elif set_ms:
            memory.shift(set_ms)
        scene = self._scenery.scene(now_ms)
        found = self._look(memory.states, scene)
        day = datetime.fromtimestamp(now_ms / 1000, self._settings.timezone).date()
        steps = self._decide(memory, found, now_ms)
        mark: Mark | None = "began" if memory.day is None else "day" if day != memory.day else None
        changes = memory.written.changes(scene, mark, dark_ms, set_ms)
        try:
            if steps or changes.said or abs(now_ms - memory.written_ms) >= ALIVE_MS:
                self._write(memory, steps, changes, now_ms)
        except Overtaken:
            self._memory = None
            raise
        memory.day = day
        self._memory = memory

    def _look(self, states: Mapping[str, Any], scene: Scene) -> dict[Key, Finding]:
        found: dict[Key, Finding] = {}
        for name, rule in looks().items():
            try:
                found |= {(one.rule, one.cause): one for one in rule.look(states[name], scene, self._settings)}
                self._failing.discard(name)
            except Exception:
                # A rule that fails on one scene must not silence the others, nor itself on the next one.
                if name not in self._failing:
                    log.exception("rule_failed", rule=name)
                self._failing.add(name)
        return found

    def _decide(self, memory: "Memory", found: dict[Key, Finding], now_ms: int) -> list[Step]:
        with self._ledger.read() as connection:
            live = lasting.live(connection, looks())
            # What a rule that fails has found before is not over because it fails.
            live = [one for one in live if one.rule not in self._failing]
            unknown = memory.lasting.unknown(found, live)
            newest = lasting.newest(connection, unknown[:MOST_NEW])
        later = set(unknown[MOST_NEW:])
        known = {key: finding for key, finding in found.items() if key not in later}
        return memory.lasting.decide(known, live, newest, round(self._monotonic() * 1000), now_ms)

    def _write(self, memory: "Memory", steps: Sequence[Step], changes: Changes, now_ms: int) -> None:
        with self._ledger.begin() as connection:
            if not cursors.move(connection, CURSOR, memory.written_ms, now_ms):
                raise Overtaken("another office looks")
            conditions.put(connection, now_ms, changes.said)
            concerned = [one for step in steps if (one := self._apply(connection, step, now_ms)) is not None]
            if concerned:
                self._dispatch.consider(connection, concerned, now_ms)
        memory.written.done(changes)
        memory.written_ms = now_ms
        if steps:
            log.info("lookout_found", opened=len(concerned), ended=len(steps) - len(concerned))

    @staticmethod
    def _apply(connection: Connection, step: Step, now_ms: int) -> Incident | None:
        """The incident that somebody may have to be told of."""
        if isinstance(step, End):
            incidents.resolve(connection, step.incident.id, None, now_ms, ending="over")
            return None
        if isinstance(step, Reopen):
            return lasting.go_on(connection, step.incident, now_ms, Why.FLAPPING.value)
        return lasting.begin(connection, step.finding, now_ms)

    def _recall(self) -> "Memory":
        """Where this office or another one stopped."""
        with self._ledger.read() as connection:
            written_ms = cursors.get(connection, CURSOR)
            live = lasting.live(connection, looks())
        states = {name: rule.State() for name, rule in looks().items()}
        for name, state in states.items():
            state.since.resume({one.cause: one.happened_ms for one in live if one.rule == name})
        return Memory(states, written_ms)


class Memory:
    """What one leading office keeps in mind from look to look; `written_ms` is the cursor as it left it."""

    def __init__(self, states: dict[str, Any], written_ms: int) -> None:
        self.states = states
        self.written_ms = written_ms
        self.written = Written()
        self.lasting = Lasting()
        self.day: date | None = None

    def shift(self, by_ms: int) -> None:
        """The wall clock was set: what has lasted has lasted as long as before."""
        for state in self.states.values():
            state.since.shift(by_ms)
