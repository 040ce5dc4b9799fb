import os
import sqlite3
import threading
import time
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from collector.ledger import Follower, Ledger, cursors, epochs, runs, screenings
from collector.ledger.schema import MIGRATIONS
from collector.ledger.tables import metadata
from kadian.errors import KadianError
from kadian.messages import Receipt


@pytest.fixture(autouse=True)
def new_ledgers():
    """As the migrations make them."""


def test_the_migrations_make_exactly_the_tables(ledger):
    with ledger.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_what_was_committed_is_there_after_opening_again(tmp_path, screening):
    url = f"sqlite:///{tmp_path}/deep/down/kadian.db"
    first = Ledger.open(url)
    with first.begin() as connection:
        screenings.store(connection, "e01", [screening(1)], 1)
    first.close()
    again = Ledger.open(url)
    with again.read() as connection:
        assert screenings.last_position(connection) == 1
    again.close()


def test_the_file_is_written_with_wal_and_full_synchronisation_and_for_its_owner_alone(tmp_path):
    ledger = Ledger.open(f"sqlite:///{tmp_path}/kadian.db")
    with ledger.read() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    assert Path(ledger.place).stat().st_mode & 0o077 == 0
    ledger.close()


def test_a_failed_block_leaves_nothing_and_rings_no_bell(ledger, screening):
    version = ledger.changed.version
    with pytest.raises(RuntimeError), ledger.begin() as connection:
        screenings.store(connection, "e01", [screening(1)], 1)
        raise RuntimeError("in the middle")
    with ledger.read() as connection:
        assert screenings.last_position(connection) == 0
    assert ledger.changed.version == version


def test_a_snapshot_does_not_see_what_is_committed_meanwhile(ledger, screening):
    with ledger.read() as snapshot:
        assert screenings.last_position(snapshot) == 0
        with ledger.begin() as connection:
            screenings.store(connection, "e01", [screening(1)], 1)
        assert screenings.last_position(snapshot) == 0
    with ledger.read() as connection:
        assert screenings.last_position(connection) == 1


def test_writers_of_many_threads_wait_for_each_other(ledger):
    def count() -> None:
        for _ in range(20):
            with ledger.begin() as connection:
                cursors.put(connection, "n", cursors.get(connection, "n") + 1)

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ledger.read() as connection:
        assert cursors.get(connection, "n") == 120


def test_every_commit_wakes_who_waits_and_calls_who_listens(ledger):
    called = []
    ledger.changed.listen(lambda: 1 / 0)
    ledger.changed.listen(lambda: called.append(True))
    seen = ledger.changed.version
    threading.Timer(0.05, ledger.changed.notify).start()
    assert ledger.changed.wait(seen, 5) == seen + 1
    until = time.monotonic() + 5
    while not called and time.monotonic() < until:
        time.sleep(0.001)
    with ledger.begin() as connection:
        cursors.put(connection, "n", 1)
    assert ledger.changed.wait(seen + 1, 5) == seen + 2
    assert len(called) == 2
    assert ledger.changed.wait(seen + 2, 0.01) == seen + 2


def test_a_schema_from_a_newer_kadian_is_refused_and_left_alone(tmp_path):
    url = f"sqlite:///{tmp_path}/kadian.db"
    Ledger.open(url).close()
    with sqlite3.connect(tmp_path / "kadian.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(KadianError) as caught:
        Ledger.open(url)
    assert caught.value.code == "K0306"
    with sqlite3.connect(tmp_path / "kadian.db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_an_older_ledger_keeps_every_screening_when_its_rows_are_made_smaller(tmp_path):
    file = tmp_path / "kadian.db"
    engine = create_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    first, second, other = (UUID(int=number) for number in (7, 8, 9))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text("INSERT INTO epochs VALUES ('e01', 'b', 20), ('e01', 'a', 10), ('e02', 'a', 15)"))
        connection.execute(text("INSERT INTO runs VALUES ('e01', 'a', 1, 2), ('e02', 'a', 5, 5)"))
        for row in ((3, first, "e01", 1, None), (5, second, "e01", 2, first), (9, other, "e02", 5, None)):
            connection.exec_driver_sql(
                "INSERT INTO screenings (position, id, gate, seq, remeasure_of, epoch, at, at_ms, received_ms, clock, "
                "verdict, reasons) VALUES (?, ?, ?, ?, ?, 'a', '2026-11-23T07:02:11Z', 1, 2, 'synced', 'pass', '[]')",
                tuple(str(value) if isinstance(value, UUID) else value for value in row),
            )
    engine.dispose()
    ledger = Ledger.open(f"sqlite:///{file}")
    with ledger.read() as connection:
        kept = screenings.after(connection, 0, 10)
        assert [(one.position, one.gate, one.screening.epoch, one.screening.seq) for one in kept] == [
            (3, "e01", "a", 1),
            (5, "e01", "a", 2),
            (9, "e02", "a", 5),
        ]
        assert [one.screening.id for one in kept] == [first, second, other]
        assert [one.screening.remeasure_of for one in kept] == [None, first, None]
        assert runs.receipt(connection, "e01", "a") == Receipt("a", 2)
        assert runs.gaps(connection) == {"e02": [(1, 4)]}
        assert epochs.newest(connection) == {"e01": "b", "e02": "a"}
    ledger.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "kadian.db"
    file.write_bytes(b"this is a letter, not a database. " * 100)
    with pytest.raises(KadianError) as caught:
        Ledger.open(f"sqlite:///{file}")
    assert caught.value.code == "K0303"
    assert file.read_bytes().startswith(b"this is a letter")


def test_a_damaged_database_says_so(tmp_path):
    file = tmp_path / "kadian.db"
    Ledger.open(f"sqlite:///{file}").close()
    content = bytearray(file.read_bytes())
    content[100:4096] = b"\xff" * 3996
    file.write_bytes(content)
    with pytest.raises(KadianError) as caught:
        Ledger.open(f"sqlite:///{file}")
    assert caught.value.code == "K0303"


def test_a_folder_in_the_place_of_the_file_says_so(tmp_path):
    with pytest.raises(KadianError) as caught:
        Ledger.open(f"sqlite:///{tmp_path}")
    assert caught.value.code == "K0302"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_says_so(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(KadianError) as caught:
        Ledger.open(f"sqlite:///{tmp_path}/kadian.db")
    assert caught.value.code == "K0302"


@pytest.mark.parametrize("url", ["kadian.db", "sqlite://", "sqlite:///:memory:", "oracle://x", "mongo://x", ""])
def test_an_address_that_cannot_hold_a_ledger_is_refused_without_its_password(url):
    with pytest.raises(KadianError) as caught:
        Ledger.open(url)
    assert caught.value.code == "K0300"


def test_a_password_in_an_address_is_not_repeated():
    with pytest.raises(KadianError) as caught:
        Ledger.open("oracle://office:geheim@host/db")
    assert "geheim" not in caught.value.lines()


@pytest.fixture
def impatient(tmp_path, monkeypatch):
    """A ledger that waits a quarter of a second for a lock, not five."""
    monkeypatch.setattr("collector.ledger.engine.LOCK_SECONDS", 0.25)
    opened = Ledger.open(f"sqlite:///{tmp_path}/kadian.db")
    yield opened
    opened.close()


def test_the_probe_writes_and_a_lock_held_elsewhere_fails_it(impatient):
    ledger = impatient
    ledger.probe()
    with ledger.read() as connection:
        assert cursors.get(connection, "probe") == 1
    ledger.probe()
    lock = sqlite3.connect(ledger.place, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(KadianError) as caught:
        ledger.probe()
    assert caught.value.code == "K0304"
    lock.close()
    ledger.probe()


def test_a_lock_held_elsewhere_fails_the_write_and_nothing_more(impatient):
    ledger = impatient
    lock = sqlite3.connect(ledger.place, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError), ledger.begin():
        pass
    lock.close()
    with ledger.begin() as connection:
        cursors.put(connection, "n", 1)


def test_a_follower_gets_each_screening_once_and_in_order_although_it_fails_at_times(ledger, screening):
    got: list[int] = []
    position = 0
    failures = iter([True, False, True, False])

    def handle(batch):
        nonlocal position
        if next(failures, False):
            raise RuntimeError("not now")
        got.extend(one.screening.seq for one in batch)
        position = batch[-1].position

    follower = Follower(ledger, "test", handle, lambda: position)
    with ledger.begin() as connection:
        screenings.store(connection, "e01", [screening(seq) for seq in range(1, 701)], 1)
    assert follower.lag() == 700
    follower.start()
    with ledger.begin() as connection:
        screenings.store(connection, "e01", [screening(701)], 1)
    until = time.monotonic() + 10
    while len(got) < 701 and time.monotonic() < until:
        time.sleep(0.01)
    assert got == list(range(1, 702))
    assert follower.lag() == 0
    begun = time.monotonic()
    follower.stop()
    assert time.monotonic() - begun < 1


def test_a_follower_meets_a_new_screening_within_a_tenth_of_a_second(ledger, screening):
    position = 0
    met = threading.Event()

    def handle(batch):
        nonlocal position
        position = batch[-1].position
        met.set()

    follower = Follower(ledger, "test", handle, lambda: position)
    follower.start()
    time.sleep(0.2)
    with ledger.begin() as connection:
        screenings.store(connection, "e01", [screening(1)], 1)
    assert met.wait(0.5)
    follower.stop()
