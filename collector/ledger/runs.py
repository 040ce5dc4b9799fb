"""Which numbers of a gate's epoch are in the ledger, kept as ranges; receipts and gaps are read off them."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Select, delete, func, insert, or_, select

from collector.ledger import epochs
from collector.ledger.tables import epochs as epochs_table
from collector.ledger.tables import runs
from kadian.messages import Receipt

MOST_MISSING = 500
"""Numbers that one receipt may name as missing (contract)."""

MOST_ALSO = 100
"""Ranges beyond `through` that one receipt may name (contract): the newest, which are what gates wait for."""

Range = tuple[int, int]


def add(connection: Connection, life: int, seqs: Iterable[int]) -> None:
    """Note that `seqs` (any order, repetitions allowed) of a life are in the ledger."""
    for first, last in ranges(seqs):
        _add_range(connection, life, first, last)


def receipt(connection: Connection, gate: str, epoch: str) -> Receipt:
    """What the office has of an epoch.

    `through` ends before the gap that would bring `missing` above 500 numbers; it is 0 for an unknown epoch.
    What lies beyond stands in `also`, so that a hole which nobody can fill holds nothing back.
    """
    life = epochs.life(connection, gate, epoch)
    if life is None:
        return Receipt(epoch, 0)
    # Each gap misses one number at least, so that more runs than this can never be told.
    query = _of(life).order_by(runs.c.first).limit(MOST_MISSING + 1)
    through = 0
    missing: list[int] = []
    for first, last in connection.execute(query):
        if len(missing) + first - through - 1 > MOST_MISSING:
            break
        missing.extend(range(through + 1, first))
        through = last
    beyond = _of(life).where(runs.c.first > through).order_by(runs.c.first.desc()).limit(MOST_ALSO)
    also = sorted((first, last) for first, last in connection.execute(beyond))
    return Receipt(epoch, through, tuple(missing), tuple(also))


def gaps(connection: Connection) -> dict[str, list[Range]]:
    """The numbers that miss in each gate's newest epoch, from 1 to its last, as ranges; gates without are left out."""
    holed = select(runs.c.life).group_by(runs.c.life).having(or_(func.count() > 1, func.min(runs.c.first) > 1))
    # Of thousands of gates few have a gap: the rest is left out before anything else is asked.
    theirs = select(epochs_table.c.gate).where(epochs_table.c.life.in_(holed))
    found: dict[str, list[Range]] = {}
    for gate, life in epochs.newest_lives(connection, theirs).items():
        expected = 1
        for first, last in connection.execute(_of(life).order_by(runs.c.first)):
            if first > expected:
                found.setdefault(gate, []).append((expected, first - 1))
            expected = last + 1
    return found


def ranges(seqs: Iterable[int]) -> Iterator[Range]:
    """Numbers in any order as ranges (first, last) that neither touch nor overlap, ascending."""
    begun: Range | None = None
    for seq in sorted(set(seqs)):
        if begun is not None and seq == begun[1] + 1:
            begun = (begun[0], seq)
            continue
        if begun is not None:
            yield begun
        begun = (seq, seq)
    if begun is not None:
        yield begun


def _of(life: int) -> Select[int, int]:
    return select(runs.c.first, runs.c.last).where(runs.c.life == life)


def _add_range(connection: Connection, life: int, first: int, last: int) -> None:
    mine = runs.c.life == life
    # Runs do not overlap, so that of those which begin before `first` only the last can reach it.
    before = select(func.max(runs.c.first)).where(mine, runs.c.first < first).scalar_subquery()
    touching = list(
        connection.execute(
            _of(life).where(
                runs.c.first >= func.coalesce(before, first),
                runs.c.first <= last + 1,
                runs.c.last >= first - 1,
            )
        )
    )
    if len(touching) == 1 and touching[0][0] <= first and touching[0][1] >= last:
        return
    if touching:
        begun = [run[0] for run in touching]
        connection.execute(delete(runs).where(mine, runs.c.first.between(min(begun), max(begun))))
        first = min(first, *begun)
        last = max(last, *(run[1] for run in touching))
    connection.execute(insert(runs), {"life": life, "first": first, "last": last})
