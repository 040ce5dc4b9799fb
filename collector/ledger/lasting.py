"""Incidents of causes that come and go: which are open, how the newest of a cause ended, and opening one again."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, func, select, update

from collector.ledger import incidents
from collector.ledger.incidents import Incident
from collector.ledger.tables import incidents as table
from collector.rules.rule import Finding


def live(connection: Connection, rules: Iterable[str]) -> list[Incident]:
    """Those of these rules that are not over, hints too."""
    return incidents.such(connection, table.c.state.in_(("open", "acknowledged")), table.c.rule.in_(sorted(rules)))


def newest(connection: Connection, causes: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Incident]:
    """The newest incident of each cause (rule, cause), over or not; a step along an index for each."""
    found = {}
    for rule, cause in causes:
        same = (table.c.rule == rule) & (table.c.cause == cause)
        last = select(func.max(table.c.opened_ms)).where(same).scalar_subquery()
        for one in incidents.such(connection, same, table.c.opened_ms == last):
            found[rule, cause] = one
    return found


def begin(connection: Connection, finding: Finding, now_ms: int) -> Incident:
    """A new incident, whatever there was of this cause before."""
    # Ids are made from causes; the moment tells one lasting from the next.
    dated = msgspec.structs.replace(finding, screening=f"from:{now_ms}")
    return incidents.open_or_repeat(connection, dated, now_ms)[0]


def go_on(connection: Connection, incident: Incident, now_ms: int, because: str) -> Incident | None:
    """One that was over by itself is so no more; who took it still has it. None: meanwhile it is as it was not."""
    still = (table.c.id == incident.id) & (table.c.state == "resolved") & (table.c.ending == "over")
    row = {
        "state": "open" if incident.acknowledged_ms is None else "acknowledged",
        "resolved_ms": None,
        "resolved_by": None,
        "ending": None,
        "flaps": incident.flaps + 1,
        "next_ms": now_ms,
    }
    if not connection.execute(update(table).where(still).values(**row)).rowcount:
        return None
    incidents.note(connection, incident.id, now_ms, because)
    return incidents.find(connection, incident.id)
