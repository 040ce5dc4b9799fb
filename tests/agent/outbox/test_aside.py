"""Putting aside and salvaging, killed or refused at every call to the disk: the next start goes on from there."""

import contextlib
import errno
import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from agent.outbox import Outbox, Room, file
from agent.outbox.store import Store
from kadian.errors import KadianError
from kadian.messages import Screening, decode
from tests.agent.outbox.rows import fill, hurt_page, make

CALLS = ((Path, "rename"), (Path, "unlink"), (os, "open"), (os, "fsync"), (file, "connect"), (Store, "_adopt"))
LEAST_CALLS = 8


def ids(box):
    return [decode(Screening, row.body).id for row in box.pending(0, 10_000)]


@pytest.fixture
def log_hurt(tmp_path):
    """60 screenings as a power cut leaves them, with a turned bit in the middle of the log; their ids and epoch."""
    box = Outbox(tmp_path / "outbox.db")
    kept = [box.record(make).id for _ in range(60)]
    killed = tmp_path / "killed"
    killed.mkdir()
    for end in ("", "-wal"):
        shutil.copy(tmp_path / f"outbox.db{end}", killed)
    epoch = box.epoch
    box.close()
    log = killed / "outbox.db-wal"
    whole = bytearray(log.read_bytes())
    whole[len(whole) // 2] ^= 1
    log.write_bytes(whole)
    return killed / "outbox.db", kept, epoch


@pytest.fixture
def page_hurt(tmp_path):
    """3000 screenings with a bad page of rows in their middle; the path, and how many can be saved."""
    path = tmp_path / "outbox.db"
    box = Outbox(path)
    fill(box, 3_000)
    box.close()
    hurt_page(path)
    shutil.copy(path, tmp_path / "copy.db")
    other = Outbox(tmp_path / "copy.db")
    saved = ids(other)
    other.close()
    assert 2_000 < len(saved) < 3_000
    return path, saved


def at_call(number, happen, patch):
    """Lets `happen` at the call of this number, counted from 1, of all that an opening asks of the disk."""
    calls = []
    for owner, name in CALLS:
        real = getattr(owner, name)

        def counted(*args, real=real, **options):
            calls.append(1)
            if len(calls) == number:
                happen()
            return real(*args, **options)

        patch.setattr(owner, name, counted)


def killed_while(work):
    """Runs it in a process that may end in the middle as after kill -9; says whether it did."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def whole_again(path, kept, epoch):
    box = Outbox(path)
    new = box.record(make)
    there = ids(box)
    box.close()
    names = sorted(one.name for one in path.parent.iterdir())
    assert box.epoch != epoch
    assert there == [*kept, new.id]
    assert not [name for name in names if ".unsaved-" in name]
    assert len([name for name in names if ".damaged-" in name and name.endswith(".db")]) == 1, names
    assert len([name for name in names if ".damaged-" in name and name.endswith("-wal")]) == 1, names


def test_a_log_damaged_in_its_middle_survives_a_kill_at_any_call(log_hurt, tmp_path):
    original, kept, epoch = log_hurt
    for number in itertools.count(1):
        path = shutil.copytree(original.parent, tmp_path / str(number)) / original.name

        def start(path=path, number=number):
            with pytest.MonkeyPatch.context() as patch:
                at_call(number, lambda: os._exit(9), patch)
                Outbox(path)

        if not killed_while(start):
            break
        whole_again(path, kept, epoch)
    assert number > LEAST_CALLS


def test_a_log_damaged_in_its_middle_survives_a_refusal_at_any_call(log_hurt, tmp_path):
    original, kept, epoch = log_hurt
    refused = []

    def refuse():
        refused.append(1)
        raise OSError(errno.ENOSPC, "No space left on device")

    for number in itertools.count(1):
        path = shutil.copytree(original.parent, tmp_path / str(number)) / original.name
        with pytest.MonkeyPatch.context() as patch:
            at_call(number, refuse, patch)
            Outbox(path).close()
        if len(refused) < number:
            break
        whole_again(path, kept, epoch)
    assert number > LEAST_CALLS


@pytest.mark.parametrize("number", [1, 999, 1_000, 1_500, 2_500])
def test_salvage_killed_in_its_middle_goes_on_at_the_next_start(page_hurt, number):
    path, saved = page_hurt
    count = []
    real = Store.insert

    def insert(*args, **options):
        count.append(1)
        if len(count) == number:
            os._exit(9)
        real(*args, **options)

    def start():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Store, "insert", insert)
            Outbox(path)

    assert killed_while(start)
    box = Outbox(path)
    assert ids(box) == saved
    assert box.waiting == box.last_seq == len(saved)
    box.close()
    again = Outbox(path)
    assert ids(again) == saved
    again.close()


def test_salvage_without_room_is_told_lets_the_gate_start_and_goes_on_later(page_hurt, capsys):
    path, saved = page_hurt
    free = [10 << 20, 10 << 20, 0]
    box = Outbox(path, room=Room(path, free=lambda _folder: free.pop(0) if len(free) > 1 else free[0]))
    said = capsys.readouterr()
    assert "outbox_salvage_unfinished" in said.out + said.err
    assert box.waiting == box.last_seq == 2_000
    with pytest.raises(KadianError, match="K0450"):
        box.record(make)
    free[0] = 10 << 20
    assert box.look() is None
    assert ids(box) == saved
    assert box.record(make).seq == len(saved) + 1
    box.close()
    assert list(path.parent.glob("outbox.damaged-*.db"))
    assert not list(path.parent.glob("*.unsaved-*"))


def test_salvage_that_the_disk_refuses_goes_on_with_the_next_cleaning(page_hurt):
    path, saved = page_hurt
    real = Store.insert
    with pytest.MonkeyPatch.context() as patch:

        def insert(self, connection, screening, *rest, **options):
            if screening.seq == 1_200:
                raise sqlite3.OperationalError("disk I/O error")
            real(self, connection, screening, *rest, **options)

        patch.setattr(Store, "insert", insert)
        box = Outbox(path)
    assert box.waiting == 1_000
    new = box.record(make)
    assert new.seq == 1_001
    box.clean()
    assert ids(box) == [*saved[:1_000], new.id, *saved[1_000:]]
    box.close()


def test_salvage_that_the_disk_kept_though_it_said_no_is_neither_taken_back_nor_forgotten(page_hurt):
    path, saved = page_hurt
    real = file.transaction
    count = []

    @contextlib.contextmanager
    def transaction(connection):
        with real(connection):
            yield
        count.append(1)
        if len(count) == 2:
            raise sqlite3.OperationalError("disk I/O error")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file, "transaction", transaction)
        box = Outbox(path)
    box.clean()
    assert ids(box) == saved
    assert box.waiting == box.last_seq == len(saved)
    box.close()


WORKING = """
import sys
from pathlib import Path
from agent.outbox import Outbox
from tests.agent.outbox.rows import make
box = Outbox(Path(sys.argv[1]))
for _ in range(20):
    box.record(make)
print("ready", flush=True)
sys.stdin.read()
"""


def test_a_log_that_another_process_writes_is_not_judged(tmp_path):
    path = tmp_path / "outbox.db"
    with subprocess.Popen(
        [sys.executable, "-c", WORKING, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as working:
        while working.stdout.readline() != "ready\n":
            pass
        log = tmp_path / "outbox.db-wal"
        with log.open("r+b") as hurt:
            hurt.seek(log.stat().st_size // 2)
            hurt.write(b"\xff\x00")
        with pytest.raises(KadianError, match="K0452"):
            Outbox(path)
        assert path.exists()
        assert not list(tmp_path.glob("*.unsaved-*"))
        working.stdin.close()
