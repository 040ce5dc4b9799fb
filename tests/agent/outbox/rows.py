"""Screenings for an outbox, one by one or many at once."""

from datetime import UTC, datetime

from kadian.identifiers import new_id
from kadian.messages import Screening

LEAF, PAGE = 0x0D, 4096
AT = datetime(2026, 11, 23, 7, 2, tzinfo=UTC)


def make(epoch, seq, clock="synced"):
    return Screening(id=new_id(), epoch=epoch, seq=seq, at=AT, clock=clock, verdict="pass")


def seqs(outbox):
    return [row.seq for row in outbox.pending(0, 10_000)]


def fill(outbox, count):
    """Many at once, in one commit: only how they come to be there differs from `record`."""

    def insert(connection):
        for seq in range(outbox.last_seq + 1, outbox.last_seq + count + 1):
            outbox._store.insert(connection, make(outbox.epoch, seq))

    outbox._store.change(insert)
    outbox._store.last_seq += count
    outbox._store.waiting += count


def hurt_page(path):
    """Makes rubbish of a page of rows in the middle of a file, which stays the same file for whoever has it open."""
    whole = path.read_bytes()
    leaves = [place for place in range(PAGE, len(whole), PAGE) if whole[place] == LEAF]
    with path.open("r+b") as file:
        file.seek(leaves[len(leaves) // 2])
        file.write(b"\xff" * PAGE)
