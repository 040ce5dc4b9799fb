"""The outbox of messages to phones: written with its incident, sent at least once, always under the same id."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import uuid5

import msgspec
from sqlalchemy import Connection, and_, exists, func, select, update

from collector.ledger import incidents
from collector.ledger.insertion import or_ignore
from collector.ledger.tables import deliveries, tellings
from collector.ledger.tables import incidents as table_of_incidents

Kind = Literal["alarm", "escalated", "again", "digest", "test"]
NOT_NEEDED = "resolved before it could be delivered"
"""The answer of a message that was not sent, since what it tells of was over."""
MOST_IDS = 1_000
"""In one question."""


class Delivery(msgspec.Struct, frozen=True):
    """One row of `tables.deliveries`: `body` is the JSON text as it is sent; times in milliseconds since 1970."""

    id: str
    incident: str
    channel: str
    state: str
    body: str
    attempts: int
    created_ms: int
    next_ms: int
    answer: str | None = None
    done_ms: int | None = None
    kind: Kind = "alarm"
    nth: int = 0
    person: str | None = None
    tried_ms: int | None = None
    used_ms: int | None = None


def delivery_id(incident: str, channel: str, kind: Kind = "alarm", nth: int = 0) -> str:
    """The id of a message through a channel: the same in every replay and every repetition.

    Args:
        incident: what it is about; of a digest or a test, its own name (`digest_id`).
        channel: by its name in the settings.
        kind: why it is sent.
        nth: tells several of one kind apart.
    """
    more = "" if (kind, nth) == ("alarm", 0) else f":{kind}:{nth}"
    return str(uuid5(incidents.NAMES, f"{incident}:{channel}{more}"))


def put(connection: Connection, new: Delivery, about: Sequence[str]) -> bool:
    """Queue a message, and write down of which incidents it tells. False: it was queued already, and stays as it is."""
    if connection.execute(or_ignore(connection, deliveries), msgspec.structs.asdict(new)).rowcount:
        rows = [{"delivery": new.id, "incident": incident} for incident in dict.fromkeys(about)]
        if rows:
            connection.execute(or_ignore(connection, tellings), rows)
        return True
    return False


def about(connection: Connection, delivery: str) -> list[str]:
    """The ids of the incidents that a message tells of."""
    query = select(tellings.c.incident).where(tellings.c.delivery == delivery).order_by(tellings.c.incident)
    return list(connection.scalars(query))


def find(connection: Connection, beginning: str) -> Delivery | None:
    """The message whose id begins so (23 characters of it name one), as its link does. None: it is gone."""
    # Ids of one length in hexadecimal, in which every database's order of letters is the same.
    query = select(deliveries).where(deliveries.c.id.between(f"{beginning}-{'0' * 12}", f"{beginning}-{'f' * 12}"))
    row = connection.execute(query.limit(1)).mappings().first()
    return _delivery(row) if row else None


def use(connection: Connection, delivery: str, now_ms: int) -> bool:
    """Its link is used now; of several at the same moment one gets True, later ones False for ever."""
    unused = (deliveries.c.id == delivery) & deliveries.c.used_ms.is_(None)
    return bool(connection.execute(update(deliveries).where(unused).values(used_ms=now_ms)).rowcount)


def next_due_ms(connection: Connection, channel: str, after_ms: int = -1) -> int | None:
    """When the next message of a channel that is not yet due at `after_ms` is to be sent; None: none waits."""
    query = select(func.min(deliveries.c.next_ms)).where(deliveries.c.next_ms > after_ms)
    next_ms: int | None = connection.scalar(
        query.where(deliveries.c.state == "waiting", deliveries.c.channel == channel)
    )
    return next_ms


def of_incident(connection: Connection, incident: str) -> list[Delivery]:
    """All messages that tell of an incident, by channel."""
    tell = deliveries.c.id.in_(select(tellings.c.delivery).where(tellings.c.incident == incident))
    query = select(deliveries).where(tell).order_by(deliveries.c.channel, deliveries.c.created_ms)
    return [_delivery(row) for row in connection.execute(query).mappings()]


def about_many(connection: Connection, ids: Sequence[str]) -> dict[str, list[Delivery]]:
    """The messages that tell of each of these incidents, in the order in which they were written."""
    found: dict[str, list[Delivery]] = {id_: [] for id_ in ids}
    for begun in range(0, len(ids), MOST_IDS):
        query = (
            select(tellings.c.incident.label("told"), deliveries)
            .join(deliveries, deliveries.c.id == tellings.c.delivery)
            .where(tellings.c.incident.in_(ids[begun : begun + MOST_IDS]))
            .order_by(deliveries.c.created_ms, deliveries.c.id)
        )
        for row in connection.execute(query).mappings():
            found[row["told"]].append(_delivery(row))
    return found


class Pushes(msgspec.Struct, frozen=True):
    """How many messages somebody was sent: about fevers, about anything else, and digests."""

    fevers: int = 0
    ordinary: int = 0
    digests: int = 0

    @property
    def all(self) -> int:
        """Together."""
        return self.fevers + self.ordinary + self.digests


def pushes(connection: Connection, since_ms: int, fever: str) -> dict[str, Pushes]:
    """What each person was sent since then, tests left out; `fever` is the rule that always rings."""
    kind, person = deliveries.c.kind, deliveries.c.person
    one_message = (person, kind, deliveries.c.incident, deliveries.c.nth, table_of_incidents.c.rule)
    query = (
        select(*one_message)
        .join(table_of_incidents, table_of_incidents.c.id == deliveries.c.incident, isouter=True)
        .where(deliveries.c.created_ms > since_ms, kind != "test", person.is_not(None))
        .distinct()
    )
    found: dict[str, Pushes] = {}
    for who, why, _, _, rule in connection.execute(query):
        so_far = found.get(who, Pushes())
        digest, about_fever = why == "digest", why != "digest" and rule == fever
        found[who] = Pushes(
            so_far.fevers + about_fever, so_far.ordinary + (not digest and not about_fever), so_far.digests + digest
        )
    return found


def failing(connection: Connection, people: Sequence[str], since_ms: int) -> list[Delivery]:
    """All ways that messages to these people went which no service has taken yet, in the order of writing."""
    taken = deliveries.alias()
    same = and_(
        *(taken.c[name] == deliveries.c[name] for name in ("incident", "kind", "nth", "person")),
        taken.c.state == "accepted",
    )
    wanted = and_(
        deliveries.c.person.in_(people),
        deliveries.c.created_ms > since_ms,
        deliveries.c.kind != "test",
        ~exists().where(same),
    )
    query = select(deliveries).where(wanted).order_by(deliveries.c.created_ms, deliveries.c.id)
    return [_delivery(row) for row in connection.execute(query).mappings()]


def last_digests(connection: Connection) -> dict[str, int]:
    """When each person was last sent a digest."""
    query = select(deliveries.c.person, func.max(deliveries.c.created_ms)).where(deliveries.c.kind == "digest")
    return {row[0]: row[1] for row in connection.execute(query.group_by(deliveries.c.person)) if row[0]}


def accepted(connection: Connection, delivery: Delivery, now_ms: int, answer: str) -> None:
    """The service has answered that it has the message."""
    if _close(connection, delivery, "accepted", now_ms, answer):
        for incident in about(connection, delivery.id):
            incidents.note(
                connection, incident, now_ms, "notified", who=delivery.person or delivery.channel, text=answer
            )
            incidents.first_notified(connection, incident, now_ms)


def refused(connection: Connection, delivery: Delivery, now_ms: int, answer: str) -> None:
    """It will not be sent again; `answer` says why."""
    if _close(connection, delivery, "refused", now_ms, answer):
        # Whom else to tell is thought about at once.
        for incident in about(connection, delivery.id):
            incidents.note(
                connection, incident, now_ms, "refused", who=delivery.person or delivery.channel, text=answer
            )
            incidents.change(connection, incident, next_ms=now_ms)


def later(connection: Connection, delivery: Delivery, next_ms: int, answer: str) -> None:
    """It is to be tried again at `next_ms`; `answer` says why this try did not count."""
    _set(connection, delivery, next_ms=next_ms, answer=answer)


def waiting_count(connection: Connection) -> int:
    """How many messages still wait for an answer that counts."""
    query = select(func.count()).select_from(deliveries).where(deliveries.c.state == "waiting")
    return connection.scalar(query) or 0


def _close(connection: Connection, delivery: Delivery, state: str, now_ms: int, answer: str) -> bool:
    return _set(connection, delivery, state=state, answer=answer, done_ms=now_ms)


def _set(connection: Connection, delivery: Delivery, **columns: Any) -> bool:
    """Count one try, at `delivery.tried_ms`; a message that is done already stays as it is."""
    still = (deliveries.c.id == delivery.id) & (deliveries.c.state == "waiting")
    tried = {"attempts": deliveries.c.attempts + 1, "tried_ms": delivery.tried_ms}
    result = connection.execute(update(deliveries).where(still).values(tried | columns))
    return bool(result.rowcount)


def _delivery(row: Mapping[Any, Any]) -> Delivery:
    return Delivery(**{name: row[name] for name in Delivery.__struct_fields__})
