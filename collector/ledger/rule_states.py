"""What rules have learnt, part by part, beside the position of the last screening that is in it."""

from sqlalchemy import Connection, delete, select, update

from collector.ledger.insertion import insert_rows
from collector.ledger.tables import rule_states

ASIDE = "aside:"
NAME = rule_states.c.rule


def of(connection: Connection, rule: str) -> tuple[dict[str, bytes], int]:
    """The newest snapshot of each part, and the position up to which they all hold; nothing and 0 if there is none."""
    query = select(rule_states).where(NAME.startswith(f"{rule}/", autoescape=True))
    rows = connection.execute(query).all()
    parts = {row.rule.removeprefix(f"{rule}/"): bytes(row.state) for row in rows}
    # A part with an older position has not changed since.
    return parts, max((row.position for row in rows), default=0)


def put(connection: Connection, rule: str, parts: dict[str, bytes], position: int) -> None:
    """Keep the parts that changed; `position` is of the last screening that was judged."""
    rows = [(f"{rule}/{part}", position, state) for part, state in parts.items()]
    insert_rows(connection, rule_states, ("rule", "position", "state"), rows, renew=("position", "state"))


def put_aside(connection: Connection, rule: str) -> None:
    """Keep what cannot be read under another name, in place of what was put aside before."""
    connection.execute(delete(rule_states).where(NAME.startswith(f"{ASIDE}{rule}/", autoescape=True)))
    ours = NAME.startswith(f"{rule}/", autoescape=True)
    connection.execute(update(rule_states).where(ours).values(rule=ASIDE + NAME))
