"""The clerk: a person is answered within a second on a disk of any pace, and nothing is told as recorded too early."""

import subprocess
import sys
import threading
import time

import pytest

from agent.clock import EARLIEST_NS, Clock
from agent.outbox import Clerk, Outbox
from agent.outbox.clerk import MOST_WAITING
from kadian.errors import KadianError
from kadian.messages import Receipt, Screening, decode
from tests.agent.outbox.rows import AT, make, seqs


@pytest.fixture
def office(tmp_path):
    """`office.clerk`, `office.box`, and `office.brake`: while it is clear, the disk takes nothing."""

    class Office:
        def __init__(self):
            self.box = Outbox(tmp_path / "o.db", boot_id="boot")
            self.brake, self.entered = threading.Event(), threading.Event()
            self.brake.set()
            self.kept = []
            self.synced = False
            self.clock = Clock(synced=lambda: self.synced, boot_id="boot", wall_ns=lambda: EARLIEST_NS + 10**12)
            self.clerk = Clerk(self.box, self.clock, lambda screening: self.kept.append(screening.seq))
            self.stop = threading.Event()
            self.thread = threading.Thread(target=self.clerk.run, args=(self.stop,))
            self.thread.start()

        def slow(self, epoch, seq):
            self.entered.set()
            self.brake.wait()
            return make(epoch, seq)

    made = Office()
    yield made
    made.brake.set()
    made.stop.set()
    made.thread.join(10)
    assert not made.thread.is_alive()
    made.box.close()


def test_on_a_quick_disk_the_outcome_is_there_at_once(office):
    ticket = office.clerk.record(make)
    assert ticket.settled
    assert ticket.outcome().seq == 1
    assert office.kept == [1]


def test_a_slow_disk_holds_nobody_longer_than_a_second_and_keeps_the_order(office):
    office.brake.clear()
    tickets = []
    for _ in range(3):
        began = time.monotonic()
        tickets.append(office.clerk.record(office.slow, patience=0.2))
        assert time.monotonic() - began < 0.5
    assert not any(ticket.settled for ticket in tickets)
    assert office.clerk.writing == 3
    with pytest.raises(RuntimeError):
        tickets[0].outcome()
    office.brake.set()
    assert all(ticket.wait(5) for ticket in tickets)
    assert [ticket.outcome().seq for ticket in tickets] == office.kept == seqs(office.box) == [1, 2, 3]


def test_when_too_many_wait_for_the_disk_the_next_is_refused_aloud(office):
    office.brake.clear()
    waiting = [office.clerk.record(office.slow, patience=0)]
    assert office.entered.wait(5)
    waiting += [office.clerk.record(office.slow, patience=0) for _ in range(MOST_WAITING)]
    refused = office.clerk.record(office.slow, patience=0)
    with pytest.raises(KadianError, match="K0481"):
        refused.outcome()
    assert office.box.refused == 1
    office.brake.set()
    assert waiting[-1].wait(30)
    assert seqs(office.box) == list(range(1, len(waiting) + 1))


def test_a_refusal_is_the_outcome_and_the_disk_is_tried_until_it_takes_again(office):
    true_free = office.box.room._free
    office.box.room._free = lambda folder: 0
    with pytest.raises(KadianError, match="K0450"):
        office.clerk.record(make).outcome()
    assert office.box.trouble.code == "K0450"
    office.box.room._free = true_free
    until = time.monotonic() + 9
    while office.box.trouble is not None:
        assert time.monotonic() < until, "normal again ten seconds after, without a restart and without anybody there"
        time.sleep(0.1)
    assert office.clerk.record(make).outcome().seq == 1


def test_times_are_set_right_once_the_clock_is_and_done_ones_are_cleaned(office):
    office.clerk.record(lambda epoch, seq: make(epoch, seq, "unsynced")).outcome()
    office.clerk.record(make).outcome()
    office.box.apply(Receipt(office.box.epoch, 2, (1,)))
    office.synced = True

    def first():
        return decode(Screening, office.box.pending()[0].body)

    until = time.monotonic() + 5
    while first().clock != "estimated":
        assert time.monotonic() < until
        time.sleep(0.05)
    assert first().at != AT


def test_what_was_handed_over_is_written_before_the_end(office):
    office.brake.clear()
    tickets = [office.clerk.record(office.slow, patience=0) for _ in range(5)]
    office.stop.set()
    office.brake.set()
    office.thread.join(10)
    assert [ticket.outcome().seq for ticket in tickets] == [1, 2, 3, 4, 5]


def test_what_is_kept_beside_the_screenings_never_waits_for_the_disk_and_the_last_one_stays(office):
    office.brake.clear()
    ticket = office.clerk.record(office.slow, patience=0)
    assert office.entered.wait(5)
    began = time.monotonic()
    for value in (b"on", b"off", b"on again"):
        office.clerk.keep("duty", value)
    assert time.monotonic() - began < 0.5
    office.brake.set()
    assert ticket.wait(5)
    office.stop.set()
    office.thread.join(5)
    assert office.box.kept("duty") == b"on again"


def test_a_disk_that_hangs_is_known_whoever_waits_in_it(office):
    assert office.clerk.record(make).settled
    with office.box._store.lock:
        time.sleep(2.5)
        assert office.clerk.stuck > 1
    time.sleep(0.3)
    assert office.clerk.stuck < 1


def test_what_is_handed_over_after_the_end_is_refused_and_not_left_open(office):
    office.stop.set()
    office.clerk.wake()
    office.thread.join(1)
    assert not office.thread.is_alive()
    late = office.clerk.record(make)
    with pytest.raises(KadianError, match="K0440"):
        late.outcome()
    assert office.clerk.writing == office.box.last_seq == 0


def test_a_new_life_starts_from_the_newest_time_that_the_outbox_knows(tmp_path):
    box = Outbox(tmp_path / "o.db")
    box.record(make)
    clock = Clock(synced=lambda: False, wall_ns=lambda: 0)
    Clerk(box, clock)
    at, state = clock.now()
    assert state == "unsynced"
    assert 0 <= (at - AT).total_seconds() < 5
    box.close()


SLOW_SYNC = """
#define _GNU_SOURCE
#include <unistd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
static int slow(long number, int fd) {
    struct stat found;
    if (!stat(getenv("SLOW_FILE"), &found)) usleep(2500000);
    return syscall(number, fd);
}
int fsync(int fd) { return slow(SYS_fsync, fd); }
int fdatasync(int fd) { return slow(SYS_fdatasync, fd); }
"""
AT_THE_GATE = """
import sys, threading, time
from pathlib import Path
from agent.clock import Clock
from agent.outbox import Clerk, Outbox
from tests.agent.outbox.rows import make
box = Outbox(Path(sys.argv[1]))
clerk = Clerk(box, Clock("system"))
stop = threading.Event()
thread = threading.Thread(target=clerk.run, args=(stop,))
thread.start()
assert clerk.record(make).settled
Path(sys.argv[2]).touch()
longest = 0
tickets = []
for _ in range(3):
    began = time.monotonic()
    tickets.append(clerk.record(make))
    longest = max(longest, time.monotonic() - began)
print(longest, *[ticket.settled for ticket in tickets])
Path(sys.argv[2]).unlink()
for ticket in tickets:
    ticket.wait(30)
print(*[ticket.outcome().seq for ticket in tickets])
stop.set()
thread.join()
"""


def test_a_real_file_whose_syncs_take_seconds_stalls_nobody_and_loses_nothing(tmp_path, need):
    gcc = need("gcc")
    (tmp_path / "slow.c").write_text(SLOW_SYNC)
    shim = tmp_path / "slow.so"
    subprocess.run([gcc, "-shared", "-fPIC", "-o", shim, tmp_path / "slow.c"], check=True)
    ran = subprocess.run(
        [sys.executable, "-c", AT_THE_GATE, tmp_path / "o.db", tmp_path / "slow"],
        env={"LD_PRELOAD": str(shim), "SLOW_FILE": str(tmp_path / "slow"), "PYTHONPATH": ".", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    lines = [line for line in ran.stdout.splitlines() if "clock_right" not in line]
    assert len(lines) == 2, ran.stderr
    longest, *settled = lines[0].split()
    assert float(longest) < 1.5
    assert settled[-1] == "False"
    assert lines[1] == "2 3 4"
