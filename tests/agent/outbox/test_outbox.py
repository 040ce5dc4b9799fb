"""The outbox on real SQLite files."""

import contextlib
import subprocess
import threading
from datetime import timedelta

import pytest

from agent.outbox import Outbox, Room
from kadian.errors import KadianError
from kadian.messages import Policy, Receipt, Screening, decode
from tests.agent.outbox.rows import AT, fill, make, seqs


@pytest.fixture
def box(tmp_path):
    outbox = Outbox(tmp_path / "outbox.db", boot_id="boot-1")
    yield outbox
    outbox.close()


def test_seqs_count_from_one_without_gaps_over_restarts_and_deletion(tmp_path):
    path = tmp_path / "outbox.db"
    wall = [AT.timestamp()]
    first = Outbox(path, keep_done_hours=1, wall=lambda: wall[0])
    epoch = first.epoch
    assert [first.record(make).seq for _ in range(3)] == [1, 2, 3]
    assert first.apply(Receipt(epoch, 3)) == 3
    wall[0] += 3601
    assert first.clean() == 3
    first.close()
    second = Outbox(path)
    assert (second.epoch, second.last_seq, second.oldest()) == (epoch, 3, 4)
    assert second.record(make).seq == 4
    second.close()


def test_a_screening_whose_making_fails_leaves_no_gap(box):
    def fail(epoch, seq):
        raise RuntimeError

    box.record(make)
    with pytest.raises(RuntimeError):
        box.record(fail)
    assert box.record(make).seq == 2


def test_a_receipt_marks_done_all_but_what_it_misses(box):
    for _ in range(5):
        box.record(make)
    assert box.apply(Receipt(box.epoch, 4, (2,))) == 3
    assert seqs(box) == [2, 5]
    assert box.apply(Receipt(box.epoch, 4, (2,))) == 0
    assert box.waiting == 2


def test_a_receipt_of_another_epoch_changes_nothing(box):
    box.record(make)
    assert box.apply(Receipt("another", 1)) == 0
    assert seqs(box) == [1]


def test_what_was_done_can_be_sent_again(box):
    for _ in range(5):
        box.record(make)
    box.apply(Receipt(box.epoch, 5))
    assert box.resend(3) == 3
    assert seqs(box) == [3, 4, 5]
    assert [row.seq for row in box.rows([1, 3, 5])] == [3, 5]


def test_only_the_numbers_that_were_asked_for_wait_again(box):
    for _ in range(6):
        box.record(make)
    box.apply(Receipt(box.epoch, 6))
    assert box.resend(2, 4) == 3
    assert (seqs(box), box.waiting) == ([2, 3, 4], 3)


def test_done_rows_are_kept_for_their_hours(tmp_path):
    wall = [AT.timestamp()]
    box = Outbox(tmp_path / "o.db", keep_done_hours=24, wall=lambda: wall[0])
    box.record(make)
    box.apply(Receipt(box.epoch, 1))
    wall[0] += 23 * 3600
    assert box.clean() == 0
    wall[0] += 3601
    assert box.clean() == 1
    box.close()


def test_marks_of_a_clock_that_was_not_set_delete_nothing(tmp_path):
    wall = [100.0]
    box = Outbox(tmp_path / "o.db", keep_done_hours=24, wall=lambda: wall[0])
    box.record(make)
    box.apply(Receipt(box.epoch, 1))
    wall[0] = AT.timestamp()
    assert box.clean() == 0
    assert box.resend(1) == 1
    box.close()


def test_a_receipt_over_thousands_is_applied_whole(box):
    fill(box, 2_300)
    assert box.apply(Receipt(box.epoch, 2_300, (7, 1_500))) == 2_298
    assert seqs(box) == [7, 1_500]


def test_at_the_cap_recording_is_refused_aloud_and_draining_goes_on(tmp_path):
    box = Outbox(tmp_path / "o.db", max_bytes=1 << 20)
    recorded = 600
    fill(box, recorded)
    with pytest.raises(KadianError) as refused:
        while True:
            box.record(make)
            recorded += 1
    assert refused.value.code == "K0450"
    assert recorded > 1_000
    assert (tmp_path / "o.db").stat().st_size <= 1 << 20
    assert box.refused == 1
    assert box.health().capacity_left == 0
    assert box.last_seq == box.waiting == recorded == len(seqs(box))
    assert box.apply(Receipt(box.epoch, recorded - 1)) == recorded - 1
    assert box.record(make).seq == recorded + 1  # what is done gave way, by itself
    box.close()


def test_a_disk_without_free_space_refuses_and_recovers_by_itself(tmp_path):
    free = [1 << 30]
    path = tmp_path / "o.db"
    box = Outbox(path, room=Room(path, free=lambda folder: free[0]))
    box.record(make)
    free[0] = 1000
    with pytest.raises(KadianError, match="K0450"):
        box.record(make)
    assert box.apply(Receipt(box.epoch, 1)) == 1
    free[0] = 1 << 30
    assert box.record(make).seq == 2
    box.close()


def test_a_disk_filled_by_others_drains_through_the_ballast(small_disk):
    box = Outbox(small_disk.place / "o.db")
    fill(box, 5_000)
    small_disk.fill()
    with pytest.raises(KadianError, match="K0450"):
        box.record(make)
    assert box.apply(Receipt(box.epoch, 4_990)) == 4_990
    assert len(seqs(box)) == 10
    small_disk.free()
    assert box.record(make).seq == 5_001
    box.clean()
    assert box.room.ballast.exists()
    box.close()


def test_an_outbox_opens_on_a_full_disk(small_disk):
    box = Outbox(small_disk.place / "o.db")
    box.record(make)
    box.close()
    small_disk.fill()
    again = Outbox(small_disk.place / "o.db", boot_id="another")
    assert again.apply(Receipt(again.epoch, 1)) == 1
    again.close()


def test_an_older_copy_moves_what_waits_into_a_new_epoch(tmp_path):
    box = Outbox(tmp_path / "o.db")
    first = box.record(make)
    assert box.apply(Receipt(box.epoch, 9)) == 0
    assert box.epoch != first.epoch
    rows = box.pending()
    assert [decode(Screening, row.body).id for row in rows] == [first.id]
    assert decode(Screening, rows[0].body).epoch == box.epoch
    box.close()


def test_a_second_process_is_told_who_has_the_file(box):
    with pytest.raises(KadianError, match="K0452"):
        Outbox(box._store.path)


def test_a_disk_that_refuses_is_told_in_the_houses_words(tmp_path):
    (tmp_path / "file").write_text("no folder")
    box = Outbox(tmp_path / "file" / "outbox.db")
    with pytest.raises(KadianError, match="K0451"):
        box.record(make)
    assert box.look().code == box.trouble.code == "K0451"
    assert (box.refused, box.policy(), box.known_time(), box.health().epoch) == (1, None, 0, "unopened")
    (tmp_path / "file").unlink()
    assert box.look() is None
    assert (box.record(make).seq, box.trouble) == (1, None)
    box.close()


def test_a_disk_that_is_read_only_at_start_is_refused_aloud_until_it_is_back(small_disk):
    path = small_disk.place / "o.db"
    first = Outbox(path)
    for _ in range(3):
        first.record(make)
    first.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk.place)], check=True)
    box = Outbox(path)
    with pytest.raises(KadianError, match="K0451"):
        box.record(make)
    assert box.look().code == "K0451"
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk.place)], check=True)
    assert box.look() is None
    assert (box.epoch, box.record(make).seq, seqs(box)) == (first.epoch, 4, [1, 2, 3, 4])
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk.place)], check=False)
    with contextlib.suppress(KadianError):  # the kernel may refuse to remount under a writer
        box.record(make)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk.place)], check=True)
    assert box.look() is None
    kept = box.record(make).seq
    assert seqs(box) == list(range(1, kept + 1))
    box.close()


def test_the_newest_right_time_is_known_after_a_restart_and_a_wrong_one_is_not(tmp_path):
    path = tmp_path / "o.db"
    box = Outbox(path)
    assert box.known_time() == 0
    box.record(make)
    assert box.known_time() == AT.timestamp()
    box.record(lambda epoch, seq: make(epoch, seq, "unsynced"))
    assert box.known_time() == 0
    box._wall = lambda: AT.timestamp() + 5
    box.clean()
    box.close()
    again = Outbox(path)
    assert again.known_time() == AT.timestamp() + 5
    again.close()


def test_the_policy_survives_a_restart(tmp_path):
    box = Outbox(tmp_path / "o.db")
    assert box.policy() is None
    box.save_policy(Policy("7", fever_celsius=37.0))
    box.close()
    again = Outbox(tmp_path / "o.db")
    assert again.policy() == Policy("7", fever_celsius=37.0)
    again.close()


def test_a_later_sync_sets_the_times_of_this_boot_right(tmp_path):
    mono = [5_000_000_000]
    path = tmp_path / "o.db"
    old = Outbox(path, boot_id="boot-0", monotonic_ns=lambda: mono[0])
    old.record(lambda epoch, seq: make(epoch, seq, "unsynced"))
    old.close()
    box = Outbox(path, boot_id="boot-1", monotonic_ns=lambda: mono[0])
    box.record(lambda epoch, seq: make(epoch, seq, "unsynced"))
    mono[0] += 60_000_000_000
    box.record(make)
    now_ns = int((AT + timedelta(days=3)).timestamp()) * 1_000_000_000
    assert box.correct_clock(now_ns - mono[0], "boot-1") == 1
    rows = [decode(Screening, row.body) for row in box.pending()]
    assert [row.clock for row in rows] == ["unsynced", "estimated", "synced"]
    assert rows[1].at == AT + timedelta(days=3) - timedelta(seconds=60)
    assert box.correct_clock(0, "boot-1") == 0
    box.close()


def test_recording_and_receipts_from_two_threads_keep_count(box):
    def marks():
        while not done.is_set():
            box.apply(Receipt(box.epoch, box.last_seq))

    done = threading.Event()
    thread = threading.Thread(target=marks)
    thread.start()
    for _ in range(500):
        box.record(make)
    done.set()
    thread.join()
    assert box.last_seq == 500
    assert box.waiting == len(seqs(box))
