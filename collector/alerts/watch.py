"""Feeds the rules with what was stored, and writes down what they find."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from collector.alerts import learnt
from collector.alerts.dispatch import Dispatch
from collector.ledger import Connection, Ledger, cursors, incidents, lookback, screenings
from collector.ledger.follower import Overtaken
from collector.ledger.screenings import StoredScreening
from collector.rules.listing import learning, rules
from collector.rules.rule import Finding, RuleSettings

log = structlog.get_logger(__name__)

CURSOR = "rules"


class Watch:
    """For `collector.ledger.follower.Follower`, and for one thread.

    Incidents, their messages and the cursor are one transaction: after a kill at any moment each screening counts
    once. The rules' memory is rebuilt from the ledger at the start, after a transaction that failed, and when another
    office has judged meanwhile: from the screenings of the last while, and from what was kept of those that learn.

    Args:
        ledger: where the screenings are, and where the incidents go.
        settings: what the rules judge by.
        dispatch: decides at once who is told of what is new.
        now_ms: the office's clock, milliseconds since 1970.
    """

    AT_ONCE = 5_000
    """More than one commit brings at a city's peak: the rules have the ledger's writing once between two commits."""

    MOST_RECALLED = 100_000
    """Screenings that are judged once more at a start, the newest: seconds, where a city's memory is a million."""

    def __init__(self, ledger: Ledger, settings: RuleSettings, dispatch: Dispatch, now_ms: Callable[[], int]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._dispatch = dispatch
        self._now_ms = now_ms
        self._states: dict[str, Any] | None = None
        self._position = 0
        self._kept_ms = 0
        self._failing: set[str] = set()

    @staticmethod
    def rest(judged: int) -> float:
        """Seconds from the beginning of one batch to the next: nothing to speak of, a quarter under a city's load."""
        return min(0.25, judged * 0.002)

    def position(self) -> int:
        """The last position that the rules of any office have judged."""
        with self._ledger.read() as connection:
            return cursors.get(connection, CURSOR)

    def handle(self, batch: Sequence[StoredScreening]) -> None:
        """Judge a batch, in the order of positions; what was judged before is passed over."""
        try:
            if self._states is None:
                self._recall()
            behind = self._position
            new = [stored for stored in batch if stored.position > self._position]
            findings = [finding for stored in new for finding in self._judge(stored)]
            position = max(behind, *(stored.position for stored in batch))
            opened = self._write_all(findings, behind, position)
        except BaseException:
            # The rules remember what the ledger does not have: they must learn it anew.
            self._states, self._kept_ms = None, 0
            raise
        self._position = position
        if opened:
            log.info("incidents_opened", count=opened)

    def _write_all(self, findings: Sequence[Finding], behind: int, position: int) -> int:
        with self._ledger.begin() as connection:
            if not cursors.move(connection, CURSOR, behind, position):
                raise Overtaken("another office has judged these")
            now_ms = self._now_ms()
            if abs(now_ms - self._kept_ms) >= learnt.EVERY_MS:
                self._keep(connection, position)
            found = [incidents.open_or_repeat(connection, finding, now_ms) for finding in findings]
            opened = [incident for incident, new in found if new]
            self._dispatch.consider(connection, opened, now_ms)
            return len(opened)

    def close(self) -> None:
        """Keep what the rules have learnt since the last minute, unless another office has gone on; for the end."""
        if self._states is None:
            return
        with self._ledger.begin() as connection:
            if cursors.move(connection, CURSOR, self._position, self._position):
                self._keep(connection, self._position)

    def _keep(self, connection: Connection, position: int) -> None:
        learnt.keep(connection, self._states or {}, position)
        self._kept_ms = self._now_ms()

    def _judge(self, stored: StoredScreening, known: Mapping[str, int] | None = None) -> list[Finding]:
        """What the rules find; `known`: by rule, the position up to which it has judged already."""
        findings: list[Finding] = []
        states = self._states or {}
        for name, rule in rules().items():
            if known and stored.position <= known[name]:
                continue
            try:
                findings += rule.judge(states[name], stored, self._settings)
                self._failing.discard(name)
            except Exception:
                # A rule that fails on one screening must not silence the others, nor itself on the next one.
                if name not in self._failing:
                    log.exception("rule_failed", rule=name, position=stored.position)
                self._failing.add(name)
        return findings

    def _recall(self) -> None:
        """Bring the rules to where they were when the cursor was written."""
        restored = learnt.restored(self._ledger)
        self._states = {
            name: restored[name].state if name in restored else rule.State() for name, rule in rules().items()
        }
        memory_ms = max(rule.memory_ms(self._settings) for rule in rules().values())
        with self._ledger.read() as connection:
            self._position = cursors.get(connection, CURSOR)
            following = screenings.after(connection, self._position, 1)
            # What follows may itself be old: the office was down, and it must still find its first half.
            start_ms = (following[0].received_ms if following else self._now_ms()) - memory_ms
            begun = lookback.reach(connection, start_ms, self._position, self.MOST_RECALLED)
            known = dict.fromkeys(rules(), begun.after)
            known |= {name: restored[name].position if name in restored else 0 for name in learning()}
            wanted = min(known.values())
            first = max(wanted, min(begun.after, self._position - self.MOST_RECALLED))
            if begun.cut or first > wanted:
                log.warning("rules_recall_cut", most=self.MOST_RECALLED, after=first, wanted_after=wanted)
            for stored in lookback.between(connection, first, self._position):
                self._judge(stored, known)
