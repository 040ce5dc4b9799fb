"""What has arrived, written in one go: each question to the database is asked once, for all gates together."""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import Connection

from collector.ledger import epochs, gates, registrations, rejects, runs
from collector.ledger.epochs import Life
from collector.ledger.insertion import insert_rows
from collector.ledger.rejects import Refused
from collector.ledger.rows import COLUMNS, row_of
from collector.ledger.tables import screenings
from kadian.messages import Receipt, Screening


class Stored(msgspec.Struct, frozen=True):
    """How many screenings were new, and the receipt of each life that was touched."""

    new: int
    receipts: dict[Life, Receipt]


def store(
    connection: Connection,
    arrived: Sequence[tuple[str, Screening]],
    received_ms: int,
    refused: Sequence[Refused] = (),
    asked: Collection[Life] = (),
) -> Stored:
    """Keep what the ledger has never had.

    The ranges of numbers tell: they outlive the rows, so that what was deleted after its time does not come back when a
    gate sends it again. They are read before the rows are written, which is safe because writes take turns.

    A second arrival of (`gate`, `epoch`, `seq`) or of `id` changes nothing, but its number is noted as arrived, and so
    is that of a refused screening: the gate stops sending what is here, or will never be accepted.

    Args:
        connection: a write of the ledger.
        arrived: screenings, and register entries among them, each with the gate that it came from.
        received_ms: now, milliseconds since 1970.
        refused: messages for the rejects.
        asked: lives whose receipt is wanted though nothing came of them.
    """
    numbers: dict[Life, list[int]] = {life: [] for life in asked}
    for gate, one in arrived:
        numbers.setdefault((gate, one.epoch), []).append(one.seq)
    for bad in refused:
        if bad.gate is not None and bad.epoch is not None and bad.seq is not None:
            numbers.setdefault((bad.gate, bad.epoch), []).append(bad.seq)
    lives = epochs.numbers(connection, numbers, received_ms)
    noted = runs.note(connection, {lives[life]: seqs for life, seqs in numbers.items()})
    strange = [(gate, one) for gate, one in arrived if not noted[lives[gate, one.epoch]].knew(one.seq)]
    entries = [one for one in strange if one[1].registration is not None]
    people = [one for one in strange if one[1].registration is None] if entries else strange
    rows = [row_of(gate, lives[gate, one.epoch], one, received_ms) for gate, one in people]
    new = insert_rows(connection, screenings, COLUMNS, rows)
    new += registrations.insert(connection, entries, received_ms)
    rejects.add(connection, refused, received_ms)
    receipts = {}
    fresh = set()
    for life, number in lives.items():
        told = noted[number]
        receipts[life] = Receipt(life[1], told.through, told.missing, told.also)
        if told.new:
            fresh.add(life[0])
    gates.screened(connection, fresh & {gate for gate, _ in arrived}, received_ms)
    return Stored(new, receipts)
