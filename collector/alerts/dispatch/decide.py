"""What to do about one incident now: whom to ring and why, or why not, and when to think again. Pure."""

from collections.abc import Callable, Sequence

import msgspec

from collector.alerts.dispatch import budget, urgency
from collector.alerts.dispatch.roster import Rungs
from collector.alerts.dispatch.ways import UNANSWERED_MS, fails
from collector.alerts.settings import Alerts, Person
from collector.alerts.why import Why
from collector.ledger.deliveries import Delivery, Kind, Pushes
from collector.ledger.incidents import Incident

HOUR_MS = 3_600_000
GRACE_MS = 60_000
"""So long after its explanation is gone an incident may end by itself before it rings."""
MOST_REMINDERS = 2
MOST_REPEATS = 4
"""So often a confirmed fever that nobody took rings everybody again."""
LEEWAY_MINUTES = 5
"""Beyond the minutes that somebody promised."""


class Ring(msgspec.Struct, frozen=True):
    """Tell these people; `nth` tells several messages of one kind apart."""

    people: tuple[Person, ...]
    kind: Kind = "alarm"
    nth: int = 0


class Decision(msgspec.Struct, frozen=True):
    """What comes of it: `next_ms` is when to think again, None: when something happens."""

    why: Why | None
    next_ms: int | None
    ring: Ring | None = None
    level: int | None = None
    expired: bool = False


class Around(msgspec.Struct, frozen=True):
    """What is to be known about one incident.

    `rungs`: whom to tell. `told`: the messages that tell of it. `rang_ms`: when its cause or its group rang last, None
    where it never did. `pushes`: each person's messages of the last hour. `explained`: by what else it
    is explained. `suspect_ms`: since when its gate's thermometer is, None: it is not. `quiet`: when somebody's quiet
    hours end, if they are quiet.
    """

    now_ms: int
    alerts: Alerts
    rungs: Rungs
    told: Sequence[Delivery] = ()
    rang_ms: int | None = None
    pushes: dict[str, Pushes] = {}
    explained: bool = False
    suspect_ms: int | None = None
    quiet: Callable[[Person], int | None] = lambda _person: None


def decide(one: Incident, around: Around) -> Decision:
    """One incident in its surroundings: the first stage that has something to say of it decides."""
    return next(decision for stage in STAGES if (decision := stage(one, around)) is not None)


def _over(one: Incident, around: Around) -> Decision | None:
    if one.state == "resolved":
        return Decision(None, None)
    if one.severity == "hint":
        return Decision(Why.HINT, None)
    return Decision(None, None, expired=True) if around.now_ms >= _expires_ms(one, around) else None


def _explained(one: Incident, around: Around) -> Decision | None:
    if around.told or one.state != "open":
        return None
    if around.explained:
        return Decision(Why.MUTED, around.now_ms + GRACE_MS)
    return Decision(Why.GATHERING, around.now_ms + GRACE_MS) if one.because == Why.MUTED else None


def _nobody(_one: Incident, around: Around) -> Decision | None:
    return None if around.rungs else Decision(Why.NOBODY_LEFT, around.now_ms + GRACE_MS)


def _in_digest(one: Incident, around: Around) -> Decision | None:
    if one.state == "open" and around.told and all(delivery.kind == "digest" for delivery in around.told):
        return Decision(Why.IN_DIGEST, _expires_ms(one, around))
    return None


def _fever(one: Incident, around: Around) -> Decision | None:
    if not urgency.always_rings(one):
        return None
    if around.suspect_ms is not None:
        ready_ms = max(around.rang_ms or 0, around.suspect_ms) + urgency.SUSPECT_MS
        return Decision(Why.SUSPECT_DEVICE, ready_ms) if around.now_ms < ready_ms else None
    ring = Ring(around.rungs[0], nth=one.flaps)
    return Decision(Why.ALWAYS, around.now_ms + _patience_ms(around), ring, level=0)


def _waits(one: Incident, around: Around) -> Decision | None:
    """For the digest, for others of its kind, or because its cause has just rung."""
    if urgency.always_rings(one):
        return None
    if urgency.waits_for_digest(one):
        return Decision(Why.FOR_DIGEST, _expires_ms(one, around))
    gathered_ms = one.opened_ms + urgency.gather_ms(one)
    if around.now_ms < gathered_ms:
        return Decision(Why.GATHERING, gathered_ms)
    cooled_ms = (around.rang_ms or 0) + around.alerts.cooldown_minutes * 60_000
    if around.rang_ms is not None and around.now_ms < cooled_ms:
        return Decision(Why.COOLING_DOWN, cooled_ms)
    return None


def _rings(one: Incident, around: Around) -> Decision:
    """Those who are awake and have not had too many."""
    awake = _awake(one, around.rungs[0], around)
    within = tuple(person for person in awake if has_room(person, around))
    if within:
        ring = Ring(within, nth=one.flaps)
        return Decision(Why.RINGS, around.now_ms + _patience_ms(around), ring, level=0)
    return Decision(Why.BUDGET_SPENT if awake else Why.QUIET_HOURS, _expires_ms(one, around))


def _rung(one: Incident, around: Around) -> Decision | None:
    """Somebody has been told, and nobody has taken it."""
    if one.state != "open" or not around.told:
        return None
    now_ms = around.now_ms
    climbs = one.severity == "page" and not one.late
    escalates_ms = _last_told_ms(around) + around.alerts.escalate_seconds * 1000
    hopeless = all(fails(delivery, now_ms) for delivery in around.told)
    reached = {delivery.person for delivery in around.told}
    higher = [tuple(person for person in rung if person.id not in reached) for rung in around.rungs]
    higher = [rung for rung in higher if rung] if climbs or hopeless else []
    if higher and (now_ms >= escalates_ms or hopeless):
        awake = _awake(one, higher[0], around)
        within = tuple(person for person in awake if urgency.always_rings(one) or has_room(person, around))
        ring = Ring(within, "escalated", one.level + 1) if within else None
        if ring is None and len(higher) == 1:
            return Decision(Why.QUIET_HOURS if not awake else Why.BUDGET_SPENT, now_ms + GRACE_MS)
        if ring is None:
            ring = Ring(higher[1], "escalated", one.level + 1)
        return Decision(Why.NOBODY_ANSWERED, now_ms + _patience_ms(around), ring, level=one.level + 1)
    repeats = one.level - len(around.rungs) + 1
    if climbs and not higher and urgency.always_rings(one) and around.suspect_ms is None and repeats < MOST_REPEATS:
        repeat_ms = _last_told_ms(around) + around.alerts.again_minutes * 60_000
        if now_ms >= repeat_ms:
            everybody = tuple(person for rung in around.rungs for person in rung)
            ring = Ring(everybody, "escalated", one.level + 1)
            return Decision(Why.NOBODY_ANSWERED, now_ms + _patience_ms(around), ring, level=one.level + 1)
        escalates_ms = repeat_ms
    again_ms = [_expires_ms(one, around)]
    if climbs and now_ms < escalates_ms:
        again_ms.append(escalates_ms)
    if any(delivery.state == "waiting" for delivery in around.told):
        again_ms.append(now_ms + UNANSWERED_MS)
    return Decision(Why.NOBODY_LEFT if climbs and now_ms >= escalates_ms else None, min(again_ms))


def _taken(one: Incident, around: Around) -> Decision | None:
    """Somebody took it: are they there, and what came of it?"""
    if one.state != "acknowledged":
        return None
    asked = [delivery for delivery in around.told if delivery.kind == "again"]
    reminders = max((delivery.nth for delivery in asked), default=0)
    if one.severity != "page" or one.late or reminders >= MOST_REMINDERS:
        return Decision(None, _expires_ms(one, around))
    since_ms = max(one.acknowledged_ms or 0, *(delivery.created_ms for delivery in asked), 0)
    promised = 0 if reminders else (one.minutes or 0) + LEEWAY_MINUTES
    due_ms = since_ms + max(around.alerts.again_minutes, promised) * 60_000
    if around.now_ms < due_ms:
        return Decision(None, due_ms)
    everybody = [person for rung in around.rungs for person in rung]
    who = tuple(person for person in everybody if person.id == one.acknowledged_by) if not reminders else ()
    first = who or around.rungs[min(reminders, len(around.rungs) - 1)]
    if not urgency.always_rings(one):
        first = tuple(person for person in first if has_room(person, around))
    if not first:
        return Decision(None, around.now_ms + around.alerts.again_minutes * 60_000)
    asks = Ring(first, "again", reminders + 1)
    return Decision(Why.ASKED_AGAIN, around.now_ms + around.alerts.again_minutes * 60_000, asks)


def _expires_ms(one: Incident, around: Around) -> int:
    last_ms = max(one.opened_ms, one.last_ms, *(delivery.created_ms for delivery in around.told))
    return last_ms + around.alerts.expire_hours * HOUR_MS


def _last_told_ms(around: Around) -> int:
    """When the newest message was written, not counting its other ways."""
    first: dict[tuple[str, int], int] = {}
    for delivery in around.told:
        first.setdefault((delivery.kind, delivery.nth), delivery.created_ms)
    return max(first.values())


def _patience_ms(around: Around) -> int:
    return min(UNANSWERED_MS, around.alerts.escalate_seconds * 1000)


def _awake(one: Incident, people: Sequence[Person], around: Around) -> list[Person]:
    """Those who are not in their quiet hours; of what cannot wait, all."""
    return [person for person in people if one.rule in urgency.CANNOT_WAIT or around.quiet(person) is None]


def has_room(person: Person, around: Around) -> bool:
    """Whether one more that is no digest fits this person's hour; see `budget`."""
    return budget.for_page(person, around.pushes.get(person.id, Pushes()))


STAGES: tuple[Callable[[Incident, Around], Decision | None], ...] = (
    _over,
    _explained,
    _nobody,
    _in_digest,
    _taken,
    _rung,
    _fever,
    _waits,
    _rings,
)
