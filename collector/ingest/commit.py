"""What one transaction does with what has arrived."""

from collections.abc import Iterator, Sequence

import msgspec

from collector.ingest.intake import Intake, Refusal
from collector.ledger import Connection, epochs, gates, rejects, runs, screenings
from collector.ledger.failures import is_of_the_data
from kadian.messages import Receipt, Screening, encode


class Committed(msgspec.Struct):
    """What a transaction did; `receipts` are by gate, one for each of its epochs that was touched."""

    stored: int = 0
    duplicates: int = 0
    rejected: int = 0
    receipts: list[tuple[str, Receipt]] = []


def commit(connection: Connection, batch: Sequence[Intake], received_ms: int) -> Committed:
    """Write a batch: each gate's screenings at once, in the order in which they came.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: see `collector.ledger.failures`.
    """
    done = Committed()
    by_gate: dict[str, list[Screening]] = {}
    for intake in batch:
        if intake.gate is not None and intake.screenings:
            by_gate.setdefault(intake.gate, []).extend(intake.screenings)
    for gate, arrived in by_gate.items():
        new = screenings.store(connection, gate, arrived, received_ms)
        done.stored += new
        done.duplicates += len(arrived) - new
    for intake in batch:
        _rest(connection, intake, received_ms, done)
    _receipts(connection, batch, done)
    return done


def commit_carefully(connection: Connection, batch: Sequence[Intake], received_ms: int) -> Committed:
    """Write a batch piece by piece: a piece that the database will not have goes to the rejects.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: a failure that is not of the data's making.
    """
    done = Committed()
    for intake in batch:
        for piece in _pieces(intake):
            try:
                with connection.begin_nested():
                    for screening in piece.screenings:
                        new = screenings.store(connection, piece.gate or "", [screening], received_ms)
                        done.stored += new
                        done.duplicates += 1 - new
                    _rest(connection, piece, received_ms, done)
            except Exception as error:
                if not is_of_the_data(error):
                    raise
                refused = msgspec.structs.replace(
                    piece, screenings=(), status=None, telemetry=None, refusals=(_refusal(piece, error),)
                )
                _rest(connection, refused, received_ms, done)
    _receipts(connection, batch, done)
    return done


def _pieces(intake: Intake) -> Iterator[Intake]:
    for screening in intake.screenings:
        yield Intake(intake.topic, intake.gate, screenings=(screening,))
    yield msgspec.structs.replace(intake, screenings=())


def _refusal(piece: Intake, error: Exception) -> Refusal:
    reason = f"the ledger refused it: {getattr(error, 'orig', None) or error}"
    if piece.screenings:
        screening = piece.screenings[0]
        return Refusal(reason, encode(screening), screening.epoch, screening.seq)
    said = piece.status or piece.telemetry
    return Refusal(reason, encode(said) if said else b"")


def _rest(connection: Connection, intake: Intake, received_ms: int, done: Committed) -> None:
    """All that a message brings but screenings."""
    if intake.gate is not None and intake.status is not None:
        gates.seen(connection, intake.gate, intake.status, received_ms)
    if intake.gate is not None and intake.telemetry is not None:
        gates.report(connection, intake.gate, intake.telemetry, received_ms)
    for refusal in intake.refusals:
        rejects.add(
            connection,
            intake.topic,
            refusal.reason,
            refusal.payload,
            received_ms,
            intake.gate,
            refusal.epoch,
            refusal.seq,
        )
        done.rejected += 1


def _receipts(connection: Connection, batch: Sequence[Intake], done: Committed) -> None:
    touched: dict[tuple[str, str], None] = {}
    online: dict[str, None] = {}
    for intake in batch:
        if intake.gate is None:
            continue
        for screening in intake.screenings:
            touched[intake.gate, screening.epoch] = None
        for refusal in intake.refusals:
            if refusal.epoch is not None:
                touched[intake.gate, refusal.epoch] = None
        if intake.status is not None and intake.status.state == "online":
            online[intake.gate] = None
    if online:
        # A gate that has just come back learns at once what the office has.
        newest = epochs.newest(connection)
        touched.update({(gate, newest[gate]): None for gate in online if gate in newest})
    done.receipts = [(gate, runs.receipt(connection, gate, epoch)) for gate, epoch in touched]
