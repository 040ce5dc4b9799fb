"""Receipts with ranges beyond their hole: after the office lost its ledger, and while a backlog drains."""

import pytest

from agent.outbox import Outbox
from agent.uplink.window import Window
from kadian.messages import Receipt
from tests.agent.outbox.rows import fill, seqs


@pytest.fixture
def box(tmp_path):
    outbox = Outbox(tmp_path / "outbox.db")
    fill(outbox, 30)
    yield outbox
    outbox.close()


def test_ranges_beyond_a_hole_are_marked_done_and_the_hole_waits(box):
    assert box.apply(Receipt(box.epoch, 2, (1,), ((11, 15), (30, 30)))) == 7
    assert seqs(box) == [1, *range(3, 11), *range(16, 30)]
    assert box.waiting == 23


def test_a_range_beyond_the_last_seq_tells_an_older_copy(box):
    epoch = box.epoch
    assert box.apply(Receipt(epoch, 0, (), ((40, 50),))) == 0
    assert box.epoch != epoch
    assert box.waiting == 30


def test_the_window_takes_ranges_as_receipted():
    window = Window()
    window.connect(0, 0.0)
    for seq in range(1, 6):
        window.recorded(seq)
    window.sent([1, 2, 3, 4, 5], 0.0)
    assert window.receipted(Receipt("e", 0, (), ((3, 5),)), 1.0)
    assert window.unreceipted == 2
