"""What each gate last said of itself."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, or_, select

from collector.ledger.insertion import insert_rows, or_renew
from collector.ledger.tables import gates
from kadian.messages import Status, Telemetry, encode


class GateWord(msgspec.Struct, frozen=True):
    """One gate that has spoken, without its report; `state` is online, stopped, lost or unknown.

    Times in milliseconds since 1970.
    """

    gate: str
    state: str
    state_at: str | None
    version: str | None
    state_received_ms: int | None
    telemetry_received_ms: int | None
    last_screening_ms: int | None


_WORD = tuple(gates.c[name] for name in GateWord.__struct_fields__)


def seen(connection: Connection, gate: str, status: Status, received_ms: int) -> None:
    """Keep a gate's state. The same status again (a retained message, read at every connect) is no new contact."""
    row = {
        "gate": gate,
        "state": status.state,
        "state_at": status.at.isoformat(),
        "version": status.version,
        "state_received_ms": received_ms,
    }
    differs = or_(gates.c.state != row["state"], gates.c.state_at.is_(None), gates.c.state_at != row["state_at"])
    columns = ("state", "state_at", "version", "state_received_ms")
    connection.execute(or_renew(connection, gates, columns, differs), row)


def report(connection: Connection, gate: str, telemetry: Telemetry, received_ms: int) -> None:
    """Keep a gate's last report about its computer and devices."""
    reports(connection, {gate: telemetry}, received_ms)


def reports(connection: Connection, told: Mapping[str, Telemetry], received_ms: int) -> None:
    """Keep the last report of each of these gates; thousands of them say something every half minute."""
    rows = [(gate, "unknown", encode(telemetry).decode(), received_ms) for gate, telemetry in sorted(told.items())]
    columns = ("gate", "state", "telemetry", "telemetry_received_ms")
    insert_rows(connection, gates, columns, rows, renew=("telemetry", "telemetry_received_ms"))


def screened(connection: Connection, names: Iterable[str], received_ms: int) -> None:
    """Keep when the office last received from these gates a screening that it did not have."""
    rows = [(gate, "unknown", received_ms) for gate in sorted(names)]
    insert_rows(connection, gates, ("gate", "state", "last_screening_ms"), rows, renew=("last_screening_ms",))


def words(connection: Connection) -> list[GateWord]:
    """What each gate that has ever spoken last said of itself, by name, without its telemetry."""
    return [GateWord(*row) for row in connection.execute(select(*_WORD).order_by(gates.c.gate))]


def has_spoken(connection: Connection, gate: str) -> bool:
    """Whether the office has ever heard of this gate."""
    return connection.execute(select(gates.c.gate).where(gates.c.gate == gate)).first() is not None


def telemetry_of(connection: Connection, names: Sequence[str]) -> dict[str, bytes]:
    """The last report of each of these gates (1,000 at most), as JSON; gates that have sent none are left out."""
    query = select(gates.c.gate, gates.c.telemetry).where(gates.c.gate.in_(names), gates.c.telemetry.is_not(None))
    return {gate: telemetry.encode() for gate, telemetry in connection.execute(query)}
