"""One round: every incident that is to be thought about is decided, and what is decided is written down.

All of it is in the ledger, in the transaction that the caller has open: after a kill at any moment the next round
decides the same again, and a message's id is made from what it is about.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, tzinfo

import msgspec

from collector.alerts.dispatch import budget, digest, roster, urgency
from collector.alerts.dispatch.decide import HOUR_MS, Around, Decision, Ring, decide
from collector.alerts.dispatch.post import Post
from collector.alerts.dispatch.ways import other_ways
from collector.alerts.settings import Alerts, Channel, Person, Shift
from collector.alerts.why import Why
from collector.ledger import Connection, deliveries, incidents
from collector.ledger.deliveries import Delivery, Pushes
from collector.ledger.incidents import Incident

LOOKS_BACK_MS = 48 * HOUR_MS
"""What nobody was told of so long after it expired is told no more."""
AT_ONCE = 500
"""Incidents in one write: a fever that is found meanwhile waits for it."""
LOOK_AGAIN_MS = 10_000
WAYS_BACK_MS = 24 * HOUR_MS
JOINS = frozenset({Why.GATHERING, Why.COOLING_DOWN, Why.SUSPECT_DEVICE})
"""What waits to ring, and goes along with another of its group."""
Group = tuple[str, ...]


class Dispatch:
    """Who is told of what.

    Args:
        channels: as configured; without `people` each is somebody.
        people: who can be rung.
        shifts: the roster.
        alerts: how.
        timezone: of the site.
    """

    def __init__(
        self,
        channels: Sequence[Channel],
        people: Sequence[Person] = (),
        shifts: Sequence[Shift] = (),
        alerts: Alerts | None = None,
        timezone: tzinfo = UTC,
    ) -> None:
        self._people = roster.people_of(people, channels)
        self._shifts = tuple(shifts)
        self._alerts = alerts or Alerts()
        self._timezone = timezone

    def round(self, connection: Connection, now_ms: int) -> None:
        """Decide about all that is due, in one write of the ledger."""
        self._go_other_ways(connection, now_ms)
        self.consider(connection, incidents.due(connection, now_ms, AT_ONCE), now_ms)

    def consider(self, connection: Connection, due: Sequence[Incident], now_ms: int) -> None:
        """Decide about these, such as have just been opened: a fever does not wait for what else is due."""
        if not due:
            return
        post = Post(connection, now_ms, self._timezone)
        live = incidents.bearing(connection, urgency.EXPLAINING, JOINS | {Why.MUTED})
        ringing: dict[tuple[Group, Ring], list[Incident]] = {}
        around = self._around(connection, due, live, now_ms)
        for one in due:
            decision = decide(one, around[one.id])
            self._write(connection, one, decision, now_ms)
            if decision.ring is not None:
                group = urgency.group_of(one, suspect=around[one.id].suspect_ms is not None)
                if (group, decision.ring) not in ringing and not urgency.always_rings(one):
                    _spend(around[one.id].pushes, decision.ring)
                ringing.setdefault((group, decision.ring), []).append(one)
        for (group, ring), ones in ringing.items():
            joined = self._joined(connection, group, ring, ones, live, now_ms) if ring.kind == "alarm" else []
            explaining = [one for one in ones if one.rule in urgency.EXPLAINING]
            muted = sum(urgency.explained_by(other, explaining) is not None for other in live) if explaining else 0
            post.ring(ring, [*ones, *joined], muted)

    def digests(self, connection: Connection, now_ms: int) -> None:
        """Send the digest, if it is due."""
        due_ms, people, lines = self._digest(connection, now_ms)
        if due_ms is None or due_ms > now_ms:
            return
        post = Post(connection, now_ms, self._timezone)
        post.digest(people, lines)
        for one in lines:
            incidents.change(connection, one.id, because=Why.IN_DIGEST.value)
            incidents.note(connection, one.id, now_ms, Why.IN_DIGEST.value)

    def next_ms(self, connection: Connection, now_ms: int) -> int | None:
        """When there is something to do; None: nothing that time alone brings."""
        found = [incidents.next_due_ms(connection), self._digest(connection, now_ms)[0]]
        if self._ways(connection, now_ms):
            found.append(now_ms)
        return min((one for one in found if one is not None), default=None)

    def _digest(self, connection: Connection, now_ms: int) -> tuple[int | None, Sequence[Person], list[Incident]]:
        lines = [
            one
            for one in incidents.untold(connection, now_ms - LOOKS_BACK_MS - self._alerts.expire_hours * HOUR_MS)
            if digest.belongs(one)
        ]
        rungs = roster.rungs(self._people, self._shifts, "", self._local(now_ms))
        if not lines or not rungs:
            return None, (), lines
        last = deliveries.last_digests(connection)
        pushes = deliveries.pushes(connection, now_ms - HOUR_MS, urgency.FEVER)
        last_ms = max((last[person.id] for person in rungs[0] if person.id in last), default=None)
        due_ms = digest.due_ms(lines, last_ms, self._alerts)
        if not any(budget.for_digest(person, pushes.get(person.id, Pushes())) for person in rungs[0]):
            due_ms = max(due_ms, now_ms + LOOK_AGAIN_MS)
        ends = {person: self._quiet_until(person, max(now_ms, due_ms)) for person in rungs[0]}
        awake = [person for person, end_ms in ends.items() if end_ms is None]
        if not awake:
            due_ms = max(due_ms, min(end_ms for end_ms in ends.values() if end_ms is not None))
        return due_ms, awake or rungs[0], lines

    def _around(
        self, connection: Connection, due: Sequence[Incident], live: Sequence[Incident], now_ms: int
    ) -> dict[str, Around]:
        told = deliveries.about_many(connection, [one.id for one in due])
        suspect = urgency.suspect_gates(live)
        # What rings in any case is not kept waiting for what decides about the others.
        measured = [one for one in due if not urgency.always_rings(one) or urgency.is_doubted(one, suspect)]
        pushes = deliveries.pushes(connection, now_ms - HOUR_MS, urgency.FEVER) if measured else {}
        rang = self._rang(connection, measured, suspect, now_ms) if measured else {}
        at = self._local(now_ms)
        found = {}
        for one in due:
            doubted = urgency.is_doubted(one, suspect)
            found[one.id] = Around(
                now_ms=now_ms,
                alerts=self._alerts,
                rungs=roster.rungs(self._people, self._shifts, one.gate, at),
                told=_counting(one, told[one.id]),
                rang_ms=rang.get(urgency.group_of(one, suspect=doubted)) or rang.get((one.rule, "cause", one.cause)),
                pushes=pushes,
                explained=urgency.explained_by(one, live) is not None,
                suspect_ms=suspect.get(one.gate, one.opened_ms) if doubted else None,
                quiet=lambda person: self._quiet_until(person, now_ms),
            )
        return found

    def _rang(
        self, connection: Connection, due: Sequence[Incident], suspect: Collection[str], now_ms: int
    ) -> dict[Group, int]:
        """When each group and each cause rang last, as far as it still matters."""
        since_ms = now_ms - max(self._alerts.cooldown_minutes * 60_000, urgency.SUSPECT_MS)
        found: dict[Group, int] = {}
        for one, rang_ms in incidents.last_rung(connection, {one.rule for one in due}, since_ms):
            group = urgency.group_of(one, suspect=urgency.is_doubted(one, suspect))
            if group[1] in {"suspect", "late"} or one.rule in urgency.GATHER_MS:
                found[group] = rang_ms
            found[one.rule, "cause", one.cause] = rang_ms
        return found

    def _joined(  # noqa: PLR0917 - a group, and what it may take along
        self,
        connection: Connection,
        group: Group,
        ring: Ring,
        ones: Sequence[Incident],
        live: Sequence[Incident],
        now_ms: int,
    ) -> list[Incident]:
        """Others of the same group that nobody was told of yet: they need not wait for their own turn."""
        suspect = urgency.suspect_gates(live)
        here = {one.id for one in ones}
        joined = []
        candidates = [
            one
            for one in live
            if one.id not in here
            and one.state == "open"
            and one.because in JOINS
            and urgency.group_of(one, suspect=urgency.is_doubted(one, suspect)) == group
        ]
        told = deliveries.about_many(connection, [one.id for one in candidates])
        at = self._local(now_ms)
        for one in candidates:
            rungs = roster.rungs(self._people, self._shifts, one.gate, at)
            if not told[one.id] and rungs and set(ring.people) <= set(rungs[0]):
                think_ms = now_ms + self._alerts.escalate_seconds * 1000
                self._write(connection, one, Decision(Why.RINGS, think_ms, ring, level=0), now_ms)
                joined.append(one)
        return joined

    def _go_other_ways(self, connection: Connection, now_ms: int) -> None:
        post = Post(connection, now_ms, self._timezone)
        for delivery, channel in self._ways(connection, now_ms):
            post.again(delivery, channel)

    def _ways(self, connection: Connection, now_ms: int) -> list[tuple[Delivery, str]]:
        """What is to go another way."""
        several = [person for person in self._people if len(person.channels) > 1]
        if not several:
            return []
        sent = deliveries.failing(connection, [person.id for person in several], now_ms - WAYS_BACK_MS)
        return other_ways(sent, several, now_ms)

    @staticmethod
    def _write(connection: Connection, one: Incident, decision: Decision, now_ms: int) -> None:
        if decision.expired:
            incidents.resolve(connection, one.id, None, now_ms, ending="expired")
            return
        changed: dict[str, int | str] = (
            {} if decision.level is None or decision.level == one.level else {"level": decision.level}
        )
        if decision.why is not None and (decision.ring is not None or decision.why != one.because):
            changed["because"] = decision.why.value
            if decision.why is not Why.HINT:
                incidents.note(connection, one.id, now_ms, decision.why.value)
        if decision.why is Why.SUSPECT_DEVICE and "doubted" not in one.facts:
            # Whatever tells of it later must say so, though the thermometer may be another one by then.
            changed["facts"] = msgspec.json.encode(one.facts | {"doubted": 1}).decode()
        if changed or decision.next_ms != one.next_ms:
            incidents.change(connection, one.id, next_ms=decision.next_ms, **changed)

    def _local(self, now_ms: int) -> datetime:
        return datetime.fromtimestamp(now_ms / 1000, self._timezone)

    def _quiet_until(self, person: Person, now_ms: int) -> int | None:
        ends = roster.quiet_until(person, self._local(now_ms))
        return None if ends is None else round(ends.timestamp() * 1000)


def _spend(pushes: dict[str, Pushes], ring: Ring) -> None:
    for person in ring.people:
        sent = pushes.get(person.id, Pushes())
        pushes[person.id] = msgspec.structs.replace(sent, ordinary=sent.ordinary + 1)


def _counting(one: Incident, told: Sequence[Delivery]) -> list[Delivery]:
    """The messages that count as telling. Of what was over and came again those do not that said it was over."""
    if not one.flaps:
        return list(told)
    return [delivery for delivery in told if delivery.kind != "digest" and delivery.answer != deliveries.NOT_NEEDED]
