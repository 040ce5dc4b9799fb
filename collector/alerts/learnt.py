"""What rules have learnt over days: kept with the cursor, and brought back at a start."""

from typing import Any, NamedTuple

import structlog

from collector.ledger import Connection, Ledger, rule_states
from collector.rules.listing import learning
from kadian.errors import KadianError

log = structlog.get_logger(__name__)

EVERY_MS = 60_000


class Learnt(NamedTuple):
    """The state of one rule, and the position of the last screening that is in it."""

    state: Any
    position: int


def restored(ledger: Ledger) -> dict[str, Learnt]:
    """What each learning rule has learnt, by its name; what cannot be read is put aside, with a line in the log."""
    found: dict[str, Learnt] = {}
    for name, rule in learning().items():
        with ledger.read() as connection:
            parts, position = rule_states.of(connection, name)
        if not parts:
            continue
        try:
            found[name] = Learnt(rule.restore(parts), position)
        except ValueError as why:
            trouble = KadianError("K0570", name, reason=str(why))
            log.warning("rule_state_put_aside", code=trouble.code, rule=name, what=trouble.what(), do=trouble.do())
            with ledger.begin() as connection:
                rule_states.put_aside(connection, name)
    return found


def keep(connection: Connection, states: dict[str, Any], position: int) -> None:
    """Write what has changed since it was last kept, in the transaction that has the cursor at `position`."""
    for name, rule in learning().items():
        rule_states.put(connection, name, rule.snapshot(states[name]), position)
