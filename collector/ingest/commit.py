"""What one transaction does with what has arrived."""

from collections.abc import Iterator, Sequence

import msgspec

from collector.ingest.intake import Intake, Refusal
from collector.ledger import Connection, epochs, gates, storing
from collector.ledger.epochs import Life
from collector.ledger.failures import is_of_the_data
from collector.ledger.rejects import Refused
from kadian.messages import Receipt, encode


class Committed(msgspec.Struct):
    """What a transaction did; one receipt for each life of a gate's outbox that was touched."""

    stored: int = 0
    duplicates: int = 0
    rejected: int = 0
    receipts: dict[Life, Receipt] = {}


def commit(connection: Connection, batch: Sequence[Intake], received_ms: int) -> Committed:
    """Write a batch; each gate's screenings in the order in which they came.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: see `collector.ledger.failures`.
    """
    done = Committed()
    _write(connection, batch, received_ms, done)
    return done


def commit_carefully(connection: Connection, batch: Sequence[Intake], received_ms: int) -> Committed:
    """Write a batch of which the database will not have some piece: that piece goes to the rejects.

    The batch is halved until the pieces at fault stand alone, so that one bad piece among thousands costs a dozen more
    attempts and not thousands.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: a failure that is not of the data's making.
    """
    done = Committed()
    _halve(connection, [piece for intake in batch for piece in _pieces(intake)], received_ms, done)
    return done


def _halve(connection: Connection, pieces: Sequence[Intake], received_ms: int, done: Committed) -> None:
    try:
        attempt = Committed()
        with connection.begin_nested():
            _write(connection, pieces, received_ms, attempt)
    except Exception as error:
        if not is_of_the_data(error):
            raise
        if len(pieces) == 1:
            _write(connection, [_refused(pieces[0], error)], received_ms, done)
            return
        middle = len(pieces) // 2
        _halve(connection, pieces[:middle], received_ms, done)
        _halve(connection, pieces[middle:], received_ms, done)
        return
    done.stored += attempt.stored
    done.duplicates += attempt.duplicates
    done.rejected += attempt.rejected
    done.receipts.update(attempt.receipts)


def _pieces(intake: Intake) -> Iterator[Intake]:
    for screening in intake.screenings:
        yield Intake(intake.topic, intake.gate, screenings=(screening,))
    rest = msgspec.structs.replace(intake, screenings=())
    if not intake.screenings or rest.refusals:
        yield rest


def _refused(piece: Intake, error: Exception) -> Intake:
    reason = f"the ledger refused it: {getattr(error, 'orig', None) or error}"
    if piece.screenings:
        screening = piece.screenings[0]
        refusal = Refusal(reason, encode(screening), screening.epoch, screening.seq)
    else:
        said = piece.status or piece.telemetry
        refusal = Refusal(reason, encode(said) if said else b"")
    return Intake(piece.topic, piece.gate, refusals=(refusal,))


def _write(connection: Connection, batch: Sequence[Intake], received_ms: int, done: Committed) -> None:
    arrived = [(one.gate or "", screening) for one in batch for screening in one.screenings]
    refused = [
        Refused(one.topic, bad.reason, bad.payload, one.gate, bad.epoch, bad.seq)
        for one in batch
        for bad in one.refusals
    ]
    online: set[str] = set()
    for one in batch:
        if one.gate is not None and one.status is not None:
            gates.seen(connection, one.gate, one.status, received_ms)
            if one.status.state == "online":
                online.add(one.gate)
    # The last of each gate alone: a row can be renewed once in a statement.
    reports = {one.gate: one.telemetry for one in batch if one.gate is not None and one.telemetry is not None}
    if reports:
        gates.reports(connection, reports, received_ms)
    # A gate that has just come back learns at once what the office has.
    asked = epochs.newest(connection, online).items() if online else ()
    if not (arrived or refused or asked):
        return
    stored = storing.store(connection, arrived, received_ms, refused, asked)
    done.stored += stored.new
    done.duplicates += len(arrived) - stored.new
    done.rejected += len(refused)
    done.receipts.update(stored.receipts)
