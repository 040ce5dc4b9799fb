"""A damaged outbox is put aside aloud, and what can be read of it is saved."""

import contextlib
import os
import sqlite3
import subprocess
import sys

import pytest

from agent.outbox import Outbox
from kadian.messages import Screening, decode
from tests.agent.outbox.rows import fill, make, seqs


@pytest.mark.parametrize("damage", ["rubbish", "foreign", "torn"])
def test_a_damaged_file_is_put_aside_and_said(tmp_path, capsys, damage):
    path = tmp_path / "outbox.db"
    box = Outbox(path)
    epoch = box.epoch
    fill(box, 3_000)
    kept = [decode(Screening, row.body).id for row in box.pending(0, 3_000)]
    box.close()
    whole = path.read_bytes()
    if damage == "rubbish":
        path.write_bytes(os.urandom(len(whole)))
    elif damage == "foreign":
        path.unlink()
        with contextlib.closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE notes (text)")
    else:
        path.write_bytes(whole[: len(whole) // 2])
    again = Outbox(path)
    assert again.epoch != epoch
    asides = list(tmp_path.glob("outbox.damaged-*.db"))
    assert len(asides) == 1
    said = capsys.readouterr()
    assert "outbox_put_aside" in said.out + said.err
    assert asides[0].name in said.out + said.err
    saved = [decode(Screening, row.body).id for row in again.pending(0, 3_000)]
    assert set(saved) <= set(kept)
    if damage == "torn":
        assert len(saved) > 500
    assert seqs(again) == list(range(1, len(saved) + 1))
    assert again.record(make).seq == len(saved) + 1
    again.close()


def test_damage_found_at_work_loses_no_new_screening(tmp_path):
    path = tmp_path / "outbox.db"
    box = Outbox(path)
    fill(box, 3_000)
    epoch = box.epoch
    box._store.do(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    size = path.stat().st_size
    with path.open("r+b") as file:
        for page in range(5, size // 4096):
            file.seek(page * 4096)
            file.write(os.urandom(200))
    box._store.do(lambda connection: connection.execute("PRAGMA cache_size = 0").fetchall())
    box._store.do(lambda connection: connection.execute("PRAGMA shrink_memory").fetchall())
    box.rows(list(range(1, 3_001)))
    screening = box.record(make)
    assert screening.epoch == box.epoch != epoch
    assert list(tmp_path.glob("outbox.damaged-*.db"))
    box.close()


def test_a_vanished_file_is_said(tmp_path, capsys):
    path = tmp_path / "outbox.db"
    Outbox(path).close()
    path.unlink()
    Outbox(path).close()
    said = capsys.readouterr()
    assert "outbox_vanished" in said.out + said.err


FAILING = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from agent.outbox import Outbox
from kadian.errors import KadianError
from kadian.identifiers import new_id
from kadian.messages import Screening
box = Outbox(Path(sys.argv[1]))
for _ in range(40):
    try:
        box.record(lambda epoch, seq: Screening(new_id(), epoch, seq, datetime.now(UTC), "synced", "pass"))
        print("ok")
    except KadianError as error:
        print(error.code)
print(*[row.seq for row in box.pending()])
"""


def test_a_disk_with_write_errors_refuses_aloud_and_keeps_exactly_what_it_said(tmp_path, need):
    inject = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=12..20"]
    ran = subprocess.run(
        [need("strace"), "-f", "-q", *inject, "-o", os.devnull, sys.executable, "-c", FAILING, tmp_path / "o.db"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if "ptrace" in ran.stderr and not ran.stdout:
        pytest.skip("strace may not trace here, so no disk errors can be made")
    *said, kept = [line for line in ran.stdout.splitlines() if not line.startswith(("{", "20"))]
    assert len(said) == 40
    assert set(said) == {"ok", "K0451"}
    assert kept.split() == [str(seq) for seq in range(1, said.count("ok") + 1)]
