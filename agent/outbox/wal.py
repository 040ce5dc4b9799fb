"""SQLite's write-ahead log as bytes: whether commits lie beyond what SQLite would replay of it, and what they hold.

SQLite replays a log up to the first frame whose checksum is wrong and forgets the rest without a word, since that is
how a torn end looks. One turned bit in the middle would so take back screenings that people were told are recorded, and
give their numbers a second time.

Layout (sqlite.org/fileformat2.html, section 4): a header of 32 bytes (magic, format, page size, sequence, salt 1, salt
2, checksum 1, checksum 2), then frames: a header of 24 bytes (page number, pages of the file after a commit or 0, both
salts, both checksums) and a page. Big-endian but for the words summed, whose order the magic's last bit tells. Each
checksum goes on from the one before.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LOG = "-wal"
"""Behind the name of the outbox's file."""
PAGE = 4096
"""Bytes; of the outbox's file, and so of each frame."""
HEADER, FRAME_HEADER = 32, 24
FRAME = FRAME_HEADER + PAGE
MAGIC = 0x377F0682
MOST_PAGES = 1 << 24
"""64 GiB: the number of a page beyond is damaged."""


class _Frame(NamedTuple):
    start: int
    commit: bool
    salts: bytes
    sums: tuple[int, int]


def forgotten(log: bytes) -> int:
    """How many commits SQLite would forget.

    One is what a power cut leaves of a commit that nobody was told of yet, as each is on disk before the next begins.
    More is a damage in the middle.
    """
    if len(log) < HEADER + FRAME:
        return 0
    frames = list(_frames(log))
    salts = _salts(log, frames)
    return sum(frame.commit and frame.salts == salts for frame in frames[_replayed(log) :])


def pages(log: bytes) -> dict[int, bytes]:
    """The newest content of each page (by its number, from 1) up to the last commit, whatever the sums say of it."""
    found = {}
    for frame in list(_frames(log))[: _last_commit(log)]:
        number = int.from_bytes(log[frame.start : frame.start + 4], "big")
        found[number] = log[frame.start + FRAME_HEADER : frame.start + FRAME]
    return {number: page for number, page in found.items() if 0 < number <= MOST_PAGES}


def _frames(log: bytes) -> Iterator[_Frame]:
    for start in range(HEADER, len(log) - FRAME + 1, FRAME):
        _, size, salts, one, two = struct.unpack_from(">II8sII", log, start)
        yield _Frame(start, size != 0, salts, (one, two))


def _salts(log: bytes, frames: list[_Frame]) -> bytes:
    """Those of this life of the log: older frames lie behind it until they are written over.

    The header has them. Where that is damaged the first frame does, unless its own are damaged: in each life the first
    salt is one more than in the life before.
    """
    if _header_is_right(log):
        return log[16:24]
    first, second = frames[0].salts, frames[min(1, len(frames) - 1)].salts
    newer = int.from_bytes(first[:4], "big") == int.from_bytes(second[:4], "big") + 1
    return first if newer else second


def _last_commit(log: bytes) -> int:
    """The number of frames up to the last commit of this life, sums aside."""
    frames = list(_frames(log))
    if not frames:
        return 0
    salts = _salts(log, frames)
    return max((number for number, frame in enumerate(frames, 1) if frame.commit and frame.salts == salts), default=0)


def _replayed(log: bytes) -> int:
    """The number of frames that SQLite would replay."""
    if not _header_is_right(log):
        return 0
    magic, one, two = struct.unpack_from(">I20xII", log)
    sums = (one, two)
    committed = 0
    for number, frame in enumerate(_frames(log), 1):
        content = log[frame.start : frame.start + 8] + log[frame.start + FRAME_HEADER : frame.start + FRAME]
        sums = _sum(content, sums, little=magic == MAGIC)
        if frame.salts != log[16:24] or sums != frame.sums:
            break
        if frame.commit:
            committed = number
    return committed


def _header_is_right(log: bytes) -> bool:
    magic, _, size = struct.unpack_from(">III", log)
    sums = _sum(log[:24], (0, 0), little=magic == MAGIC)
    return magic & ~1 == MAGIC and size == PAGE and sums == struct.unpack_from(">II", log, 24)


def _sum(content: bytes, before: Sequence[int], *, little: bool) -> tuple[int, int]:
    one, two = before
    words = iter(struct.unpack(f"{'<' if little else '>'}{len(content) // 4}I", content))
    for first, second in zip(words, words, strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two
