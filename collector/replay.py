"""A past day judged again: its screenings as they arrived, its scenes as they were seen. Nothing is written."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import structlog

from collector.alerts.lookout.lasting import CALM_MS, SAME_MS
from collector.ledger import Ledger, arrivals, screenings
from collector.ledger.screenings import StoredScreening
from collector.reseen import Reseen
from collector.rules.listing import looks, rules
from collector.rules.reason import Reason
from collector.rules.rule import Finding, RuleSettings
from collector.rules.scene import Scene

log = structlog.get_logger(__name__)

MOST_AHEAD = 20_000
"""Screenings in a row that arrived later than the day: then the day is over, and no clock had run ahead."""
STEP_MS = 10_000
"""Between two scenes: coarse enough for a day in seconds, fine enough for rules that wait for half a minute."""
WARM_MS = 3_600_000
"""So long before the day it begins at least, so that what has lasted since the evening is known."""
AT_ONCE = 2_000

Tell = Callable[[int, Finding], None]
"""Takes a moment (milliseconds since 1970) and what would have been found then, each cause once."""


class Replayed(msgspec.Struct):
    """`found` and `again` count causes by rule, `silent` the reasons for which nothing was found, by rule."""

    screenings: int = 0
    scenes: int = 0
    found: Counter[str] = msgspec.field(default_factory=Counter)
    again: Counter[str] = msgspec.field(default_factory=Counter)
    silent: dict[str, Counter[str]] = msgspec.field(default_factory=dict)


class Replay:
    """Judges one span of time.

    Args:
        ledger: read in short snapshots, page by page; the office may run.
        settings: what the rules judge by.
        reseen: makes the scenes of then.
        tell: is told what would have been found.
    """

    def __init__(self, ledger: Ledger, settings: RuleSettings, reseen: Reseen, tell: Tell) -> None:
        self._ledger = ledger
        self._settings = settings
        self._reseen = reseen
        self._tell = tell
        self._judging = {name: rule.State() for name, rule in rules().items()}
        self._looking = {name: rule.State() for name, rule in looks().items()}
        self._causes: set[tuple[str, str]] = set()
        self._lasts: dict[tuple[str, str], int] = {}
        self._begun: dict[tuple[str, str], int] = {}
        self._ended: dict[tuple[str, str], int] = {}
        self._since_ms = 0
        self.done = Replayed()

    def run(self, since_ms: int, until_ms: int) -> Replayed:
        """Everything that arrived and was seen from a moment to another, milliseconds since 1970."""
        self._since_ms = since_ms
        begin_ms = since_ms - max(WARM_MS, *(rule.memory_ms(self._settings) for rule in rules().values()))
        arrived = self._screenings(begin_ms, until_ms)
        next_one = next(arrived, None)
        self._reseen.begin(begin_ms, until_ms)
        for now_ms in range(begin_ms, until_ms, STEP_MS):
            while next_one is not None and next_one.received_ms < min(now_ms + STEP_MS, until_ms):
                self._judge(next_one)
                next_one = next(arrived, None)
            seen = self._reseen.see(min(now_ms + STEP_MS, until_ms))
            if seen.began:
                self._begin_anew()
            for state in self._looking.values():
                state.since.shift(seen.set_ms)
            if seen.scene is not None:
                self._look(seen.scene)
        return self.done

    def _screenings(self, since_ms: int, until_ms: int) -> Iterator[StoredScreening]:
        """In the order of storing. What a clock that ran ahead stamped with a later day holds up nothing behind it."""
        ahead = 0
        with self._ledger.read() as connection:
            position = arrivals.position_before(connection, since_ms)
        while True:
            with self._ledger.read() as connection:
                page = screenings.after(connection, position, AT_ONCE)
            if not page:
                return
            for one in page:
                ahead = ahead + 1 if one.received_ms >= until_ms else 0
                if ahead > MOST_AHEAD:
                    return
                if not ahead:
                    yield one
            position = page[-1].position

    def _judge(self, stored: StoredScreening) -> None:
        counts = stored.received_ms >= self._since_ms
        self.done.screenings += counts
        self._reseen.passed(stored)
        for name, rule in rules().items():
            try:
                reason, findings = self._explained(rule, self._judging[name], stored)
            except Exception:
                # As in the office: a rule that fails on one screening goes on with the next one.
                log.exception("rule_failed", rule=name, position=stored.position)
                continue
            if counts and not findings:
                self.done.silent.setdefault(name, Counter())[reason] += 1
            for finding in findings:
                key = finding.rule, finding.cause
                if counts:
                    self._count(stored.received_ms, finding, new=key not in self._causes)
                self._causes.add(key)

    def _explained(self, rule: Any, state: Any, stored: StoredScreening) -> tuple[str, list[Finding]]:
        explain = getattr(rule, "explain", None)
        if explain is not None:
            reason, findings = explain(state, stored, self._settings)
            return str(reason), findings
        return str(Reason.NOT_CONCERNED), rule.judge(state, stored, self._settings)

    def _begin_anew(self) -> None:
        """As an office does after a restart: of what rules had in mind it has what had been found."""
        for name, rule in looks().items():
            self._looking[name] = rule.State()
            self._looking[name].since.resume({key[1]: self._begun[key] for key in self._lasts if key[0] == name})

    def _look(self, scene: Scene) -> None:
        now_ms = scene.now_ms
        found = [one for name, rule in looks().items() for one in rule.look(self._looking[name], scene, self._settings)]
        counts = now_ms >= self._since_ms
        self.done.scenes += counts
        for finding in found:
            key = finding.rule, finding.cause
            if counts and (key not in self._lasts or key not in self._causes):
                ended_ms = self._ended.get(key)
                flaps = key in self._causes and ended_ms is not None and now_ms - ended_ms < SAME_MS
                self._count(now_ms, finding, new=not flaps)
                self._causes.add(key)
            self._lasts[key] = now_ms
            self._begun[key] = finding.happened_ms
        for key, last_ms in list(self._lasts.items()):
            if now_ms - last_ms >= CALM_MS:
                del self._lasts[key]
                self._ended[key] = now_ms

    def _count(self, at_ms: int, finding: Finding, *, new: bool) -> None:
        (self.done.found if new else self.done.again)[finding.rule] += 1
        if new:
            self._tell(at_ms, finding)
