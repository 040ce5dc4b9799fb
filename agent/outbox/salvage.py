"""What can still be read of a damaged outbox: every intact page of rows, whatever became of the pages around it.

SQLite finds rows through the pages above them, so that one bad page there hides hundreds of good ones. Here each page
is looked at by itself (sqlite.org/fileformat2.html, sections 1.6 and 2): one that begins with 0D holds rows, the two
bytes at 3 count them, and each is a varint of its length, a varint of its number, and a record.
"""

import contextlib
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from agent.outbox.file import Damaged
from agent.outbox.packed import unpack
from agent.outbox.wal import LOG, PAGE, pages
from kadian.messages import Refused, Screening, decode

LEAF = 0x0D
LEAF_HEADER = 8
FIRST_PAGE_HEADER = 100
MOST_LOCAL = PAGE - 35
"""Bytes of a row that lie in its own page (section 1.6); a body beyond is none of ours."""
BODY, DONE_AT, COLUMNS = 1, 5, 6
"""Places in a row of the table `screening`: seq (empty, it is the row's number), body, …, done_at."""
SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
"""Bytes of a value by its serial type (section 2.1), below 12; above, half of what exceeds 12 or 13."""


class _Row(NamedTuple):
    seq: int
    body: bytes
    done: bool


def readable(path: Path) -> Iterator[Screening]:
    """The whole screenings of a damaged file and its log that were not marked done, in their order."""
    log = path.with_name(path.name + LOG)
    newer = pages(log.read_bytes()) if log.exists() else {}
    with path.open("rb") as file:
        count = max(path.stat().st_size // PAGE, *newer, 0)

        def page(number: int) -> bytes:
            if number in newer:
                return newer[number]
            file.seek((number - 1) * PAGE)
            return file.read(PAGE)

        yield from _screenings(count, page)


def _screenings(count: int, page: Callable[[int], bytes]) -> Iterator[Screening]:
    firsts = ((min((row.seq for row in _rows(page(number))), default=0), number) for number in range(1, count + 1))
    given: dict[int, int] = {}
    for _, number in sorted(one for one in firsts if one[0]):
        for row in _rows(page(number)):
            block, bit = row.seq >> 10, 1 << (row.seq & 1023)
            if row.done or given.get(block, 0) & bit:
                continue
            with contextlib.suppress(Refused, Damaged):
                screening = decode(Screening, unpack(row.body))
                if screening.seq == row.seq:
                    given[block] = given.get(block, 0) | bit
                    yield screening


def _rows(page: bytes) -> list[_Row]:
    """The rows of a page, as far as they look like ours; none of a page that holds no rows."""
    start = FIRST_PAGE_HEADER if page.startswith(b"SQLite format 3") else 0
    if len(page) < PAGE or page[start] != LEAF:
        return []
    count = min(int.from_bytes(page[start + 3 : start + 5], "big"), (PAGE - LEAF_HEADER) // 2)
    found = []
    for place in struct.unpack_from(f">{count}H", page, start + LEAF_HEADER) if count * 2 + start < PAGE - 8 else ():
        with contextlib.suppress(IndexError):
            row = _row(page, place)
            if row is not None:
                found.append(row)
    return found


def _row(page: bytes, place: int) -> _Row | None:
    length, place = _varint(page, place)
    seq, place = _varint(page, place)
    if not 0 < length <= MOST_LOCAL or place + length > len(page):
        return None
    header, at = _varint(page, place)
    values, types = place + header, []
    while at < values:
        kind, at = _varint(page, at)
        types.append(kind)
    if len(types) != COLUMNS or types[BODY] < 12 or types[BODY] % 2:
        return None
    sizes = [(kind - 12) // 2 if kind >= 12 else SIZES[kind] for kind in types]
    start = values + sum(sizes[:BODY])
    return _Row(seq, page[start : start + sizes[BODY]], types[DONE_AT] != 0)


def _varint(page: bytes, place: int) -> tuple[int, int]:
    """A number of one to nine bytes (section 1.6), and the place behind it."""
    value = 0
    for step in range(8):
        byte = page[place + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + step + 1
    return value << 8 | page[place + 8], place + 9
