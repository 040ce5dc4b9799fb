"""Which numbers of a gate's epoch are in the ledger, kept as ranges; receipts and gaps are read off them."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, Select, bindparam, delete, func, insert, or_, select

from collector.ledger import epochs
from collector.ledger.insertion import insert_rows
from collector.ledger.lookup import MOST_KEYS, Lookup
from collector.ledger.tables import epochs as LIVES  # noqa: N812 - a table, not the module beside it
from collector.ledger.tables import runs
from kadian.messages import Receipt

MOST_MISSING = 500
"""Numbers that one receipt may name as missing (contract)."""

MOST_ALSO = 100
"""Ranges beyond `through` that one receipt may name (contract): the newest, which are what gates wait for."""

MOST_RANGES = 4_000
"""Ranges that are read at once; a life with more is dealt with by itself."""

Range = tuple[int, int]
COLUMNS = ("life", "first", "last")
_RANGES = Lookup("runs", ("life",), COLUMNS, order=("life", "first"), most=MOST_RANGES)


class Noted(msgspec.Struct, frozen=True):
    """What the ledger has of a life, as a receipt tells it; `new`: some of the numbers noted now were not there.

    `before`: the ranges, ascending, in which those of the numbers lie that were noted before.
    """

    through: int
    missing: tuple[int, ...]
    also: tuple[Range, ...]
    new: bool
    before: Sequence[Range]

    def knew(self, seq: int) -> bool:
        """Whether a number was noted before, be its row still here or deleted by now."""
        place = bisect_left(self.before, (seq + 1,)) - 1
        return place >= 0 and self.before[place][1] >= seq


def note(connection: Connection, numbers: Mapping[int, Collection[int]]) -> dict[int, Noted]:
    """Note which numbers (any order, repetitions allowed; none: only look) of which lives are in the ledger.

    One question and one answer for all, however many lives there are.
    """
    noted: dict[int, Noted] = {}
    begun: list[tuple[int, int, int]] = []
    gone: list[dict[str, int]] = []
    for life, held in _held(connection, sorted(numbers)):
        if held is None:
            before = [one for first, last in ranges(numbers[life]) for one in _touching(connection, life, first, last)]
            add(connection, life, numbers[life])
            noted[life] = Noted(*_told(*_ends(connection, life)), new=True, before=before)
            continue
        joined = list(_joined([*held, *ranges(numbers[life])]))
        if joined != held:
            known = set(held)
            begun += [(life, *one) for one in joined if one not in known]
            firsts = {first for first, _ in joined}
            gone += [{"of": life, "begun": first} for first, _ in held if first not in firsts]
        noted[life] = Noted(*_told(joined[: MOST_MISSING + 1], joined[-MOST_ALSO:]), new=joined != held, before=held)
    if gone:
        theirs = delete(runs).where(runs.c.life == bindparam("of"), runs.c.first == bindparam("begun"))
        connection.execute(theirs, gone)
    insert_rows(connection, runs, COLUMNS, begun, renew=("last",))
    return noted


def add(connection: Connection, life: int, seqs: Iterable[int]) -> None:
    """Note that `seqs` (any order, repetitions allowed) of a life are in the ledger, whatever ranges it has."""
    for first, last in ranges(seqs):
        _add_range(connection, life, first, last)


def receipt(connection: Connection, gate: str, epoch: str) -> Receipt:
    """What the office has of an epoch.

    `through` ends before the gap that would bring `missing` above 500 numbers; it is 0 for an unknown epoch.
    What lies beyond stands in `also`, so that a hole which nobody can fill holds nothing back.
    """
    life = epochs.life(connection, gate, epoch)
    return Receipt(epoch, 0) if life is None else Receipt(epoch, *_told(*_ends(connection, life)))


def gaps(connection: Connection) -> dict[str, list[Range]]:
    """The numbers that miss in each gate's newest epoch, from 1 to its last, as ranges; gates without are left out."""
    holed = select(runs.c.life).group_by(runs.c.life).having(or_(func.count() > 1, func.min(runs.c.first) > 1))
    # Of thousands of gates few have a gap: the rest is left out before anything is asked of each.
    theirs = connection.scalars(select(LIVES.c.gate).where(LIVES.c.life.in_(holed))).all()
    found: dict[str, list[Range]] = {}
    for gate, epoch in sorted(epochs.newest(connection, theirs).items()):
        expected = 1
        life = epochs.life(connection, gate, epoch) or 0
        for first, last in connection.execute(_of(life).order_by(runs.c.first)):
            if first > expected:
                found.setdefault(gate, []).append((expected, first - 1))
            expected = last + 1
    return found


def ranges(seqs: Iterable[int]) -> Iterator[Range]:
    """Numbers in any order as ranges (first, last) that neither touch nor overlap, ascending."""
    return _joined([(seq, seq) for seq in set(seqs)])


def _joined(several: list[Range]) -> Iterator[Range]:
    """Ranges in any order as ranges that neither touch nor overlap, ascending."""
    several.sort()
    begun: Range | None = None
    for first, last in several:
        if begun is None:
            begun = (first, last)
        elif first <= begun[1] + 1:
            begun = (begun[0], max(begun[1], last))
        else:
            yield begun
            begun = (first, last)
    if begun is not None:
        yield begun


def _told(lowest: Sequence[Range], highest: Sequence[Range]) -> tuple[int, tuple[int, ...], tuple[Range, ...]]:
    """`through`, `missing` and `also` of a receipt, from the first 501 and the last 100 ranges of a life.

    Each gap misses one number at least, so that more than 501 can never be told.
    """
    through = 0
    missing: list[int] = []
    for first, last in lowest:
        if len(missing) + first - through - 1 > MOST_MISSING:
            break
        missing.extend(range(through + 1, first))
        through = last
    return through, tuple(missing), tuple(one for one in highest if one[0] > through)


def _ends(connection: Connection, life: int) -> tuple[list[Range], list[Range]]:
    lowest = connection.execute(_of(life).order_by(runs.c.first).limit(MOST_MISSING + 1))
    highest = connection.execute(_of(life).order_by(runs.c.first.desc()).limit(MOST_ALSO))
    return [(first, last) for first, last in lowest], [(first, last) for first, last in highest][::-1]


def _held(connection: Connection, lives: list[int]) -> Iterator[tuple[int, list[Range] | None]]:
    """The ranges of each of these lives (ascending), None for one that has too many to be taken into memory."""
    while lives:
        these, lives = lives[:MOST_KEYS], lives[MOST_KEYS:]
        rows = _RANGES.rows(connection, [(life,) for life in these])
        held: dict[int, list[Range]] = {}
        for life, first, last in rows:
            held.setdefault(life, []).append((first, last))
        if len(rows) == MOST_RANGES:
            # The last one was cut off: alone it is read whole, or found to be too large.
            cut = rows[-1][0]
            if cut == these[0]:
                yield cut, None
                lives = these[1:] + lives
                continue
            lives = [life for life in these if life >= cut] + lives
            these = [life for life in these if life < cut]
        for life in these:
            yield life, held.get(life, [])


def _of(life: int) -> Select[int, int]:
    return select(runs.c.first, runs.c.last).where(runs.c.life == life)


def _add_range(connection: Connection, life: int, first: int, last: int) -> None:
    touching = _touching(connection, life, first, last)
    if len(touching) == 1 and touching[0][0] <= first and touching[0][1] >= last:
        return
    if touching:
        begun = [run[0] for run in touching]
        mine = runs.c.life == life
        connection.execute(delete(runs).where(mine, runs.c.first.between(min(begun), max(begun))))
        first = min(first, *begun)
        last = max(last, *(run[1] for run in touching))
    connection.execute(insert(runs), {"life": life, "first": first, "last": last})


def _touching(connection: Connection, life: int, first: int, last: int) -> list[Range]:
    """The ranges of a life that overlap first…last or end beside it, ascending."""
    mine = runs.c.life == life
    # Runs do not overlap, so that of those which begin before `first` only the last can reach it.
    before = select(func.max(runs.c.first)).where(mine, runs.c.first < first).scalar_subquery()
    near = _of(life).where(
        runs.c.first >= func.coalesce(before, first), runs.c.first <= last + 1, runs.c.last >= first - 1
    )
    return [(begin, end) for begin, end in connection.execute(near.order_by(runs.c.first))]
