"""Damage found in the middle of a change: the seqs it names are those of the epoch that ended."""

import pytest

from agent.outbox import Outbox
from kadian.messages import Receipt, Screening, decode
from tests.agent.outbox.rows import fill, hurt_page


@pytest.fixture
def hurt(tmp_path):
    """3000 screenings in a file that is open, with a page of rows in its middle that turns out bad at the next look."""
    path = tmp_path / "outbox.db"
    box = Outbox(path)
    fill(box, 3_000)
    box.close()
    box = Outbox(path)
    hurt_page(path)
    for forget in ("cache_size = 0", "shrink_memory"):
        box._store.do(lambda connection, forget=forget: connection.execute(f"PRAGMA {forget}").fetchall())
    yield box
    box.close()


def test_a_receipt_of_the_epoch_that_ended_marks_nothing_of_the_new_one(hurt):
    epoch = hurt.epoch
    hurt.apply(Receipt(epoch, 2_500))
    assert hurt.epoch != epoch
    there = [decode(Screening, row.body) for row in hurt.pending(0, 5_000)]
    assert len(there) == hurt.waiting == hurt.last_seq > 500
    assert {one.epoch for one in there} == {hurt.epoch}


def test_a_range_of_the_epoch_that_ended_marks_nothing_of_the_new_one(hurt):
    epoch = hurt.epoch
    hurt.apply(Receipt(epoch, 0, (), ((1, 2_000), (2_100, 3_000))))
    assert hurt.epoch != epoch
    assert len(hurt.pending(0, 5_000)) == hurt.waiting == hurt.last_seq
