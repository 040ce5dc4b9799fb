"""A restore that is killed at any of its steps leaves the old ledger or the new one, whole; and what it keeps."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.command.backup import backup
from collector.command.restore import restore
from collector.ledger import Ledger, copying
from kadian.errors import KadianError
from tests.collector.ledger.copies import rows, store
from tests.collector.ledger.dying import dies_at

OLD, FILE, NEW = 30, 20, 10
"""Screenings in the ledger that is there, of these in its file and not in the log alone, and in the backup."""


def run(verb, folder, file):
    config = folder / "office.toml"
    config.write_text(f'site = "s"\n[ledger]\nurl = "sqlite:///{folder}/kadian.db"\n')
    return CliRunner().invoke(verb, ["--config", str(config), str(file)])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with the ledger of a killed office, its last rows in the log alone, and `b.db`, an older backup."""
    there, killed = tmp_path_factory.mktemp("there"), tmp_path_factory.mktemp("killed")
    ledger = Ledger.open(f"sqlite:///{there}/kadian.db")
    store(ledger, range(1, NEW + 1))
    assert run(backup, there, there / "b.db").exit_code == 0
    store(ledger, range(NEW + 1, FILE + 1))
    with closing(sqlite3.connect(there / "kadian.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    store(ledger, range(FILE + 1, OLD + 1))
    for name in ("kadian.db", "kadian.db-wal", "b.db", "b.db.json"):
        shutil.copy(there / name, killed / name)
    ledger.close()
    return killed


@pytest.fixture
def place(made, tmp_path):
    """Gives a fresh copy of it each time."""

    def fresh():
        folder = tmp_path / "office"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(made, folder)
        return folder

    return fresh


def killed_at(step, folder):
    return dies_at(step, lambda: run(restore, folder, folder / "b.db").exit_code)


def opened(folder):
    """The rows that an office finds, or the code with which it refuses."""
    try:
        Ledger.open(f"sqlite:///{folder}/kadian.db").close()
    except KadianError as error:
        return error.code
    return rows(folder / "kadian.db")


def kept(folder):
    return [path for path in folder.glob("*.before-restore-*Z") if path.stat().st_size]


def test_killed_at_any_step_it_leaves_the_old_ledger_or_the_new_one_whole(place):
    seen = []
    while killed_at(len(seen) + 1, folder := place()):
        seen.append(opened(folder))
        if seen[-1] == NEW:
            assert [rows(file) for file in kept(folder)] == [OLD]
        assert run(restore, folder, folder / "b.db").exit_code == 0
        assert opened(folder) == NEW
    assert len(seen) > 5
    assert seen == sorted(seen, reverse=True)
    assert set(seen) == {OLD, NEW}


def test_killed_beside_a_damaged_ledger_it_leaves_file_and_log_a_pair_and_no_office_begins_between(place):
    pair = {}
    seen = []
    while True:
        folder = place()
        with (folder / "kadian.db").open("rb+") as stream:
            stream.write(b"no database any more")
        pair = {end: (folder / f"kadian.db{end}").read_bytes() for end in ("", "-wal")}
        if not killed_at(len(seen) + 1, folder):
            break
        asides = [{end: Path(f"{file}{end}") for end in pair} for file in kept(folder)]
        here = {end: folder / f"kadian.db{end}" for end in pair}
        whole = [files for files in [here, *asides] if all(held(files[end]) == pair[end] for end in pair)]
        assert whole, f"step {len(seen) + 1}: the damaged ledger and its log are no pair any more"
        seen.append(opened(folder))
        assert run(restore, folder, folder / "b.db").exit_code == 0
        assert opened(folder) == NEW
    assert set(seen) == {"K0303", "K0388", NEW}
    (aside,) = kept(folder)
    assert {end: held(Path(f"{aside}{end}")) for end in pair} == pair


def held(file):
    return file.read_bytes() if file.exists() else None


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_a_log_whose_ledger_is_gone_is_set_aside_and_not_mixed_into_the_new_one(place, end):
    folder = place()
    (folder / "kadian.db").unlink()
    log = folder / f"kadian.db{end}"
    (folder / "kadian.db-wal").rename(log)
    before = log.read_bytes()
    done = run(restore, folder, folder / "b.db")
    assert done.exit_code == 0, done.exception
    assert not log.exists()
    (aside,) = folder.glob(f"*.before-restore-*{end}")
    assert aside.read_bytes() == before
    assert opened(folder) == NEW


def test_another_program_that_has_the_ledger_open_is_noticed(place):
    folder = place()
    with closing(sqlite3.connect(folder / "kadian.db")) as shell:
        shell.execute("SELECT count(*) FROM screenings").fetchone()
        assert run(restore, folder, folder / "b.db").exception.code == "K0386"
    assert opened(folder) == OLD
    assert kept(folder) == []


def test_a_disk_without_hard_links_will_do(place, monkeypatch):
    def link(*_arguments, **_named):
        raise PermissionError(1, "Operation not permitted")  # what Linux says on vfat and exFAT

    monkeypatch.setattr(os, "link", link)
    folder = place()
    assert run(backup, folder, folder / "c.db").exit_code == 0
    assert copying.check(folder / "c.db").counts["screenings"] == rows(folder / "c.db") == OLD
    assert run(backup, folder, folder / "c.db").exception.code == "K0382"
    assert run(restore, folder, folder / "b.db").exit_code == 0
    assert [rows(file) for file in kept(folder)] == [OLD]
    assert opened(folder) == NEW


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("lost", [False, True])
def test_restored_by_root_the_ledger_belongs_to_whom_it_did(place, lost):
    folder = place()
    for path in (folder, *folder.iterdir()):
        os.chown(path, 12345, 12346)
    if lost:
        (folder / "kadian.db").unlink()
        (folder / "kadian.db-wal").unlink()
    else:
        (folder / "kadian.db").chmod(0o640)
    assert run(restore, folder, folder / "b.db").exit_code == 0
    found = (folder / "kadian.db").stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (12345, 12346, 0o600 if lost else 0o640)


def test_a_ledger_behind_a_link_is_replaced_where_it_is(place, tmp_path):
    folder = place()
    disk = tmp_path / "disk"
    disk.mkdir()
    for end in ("", "-wal"):
        (folder / f"kadian.db{end}").rename(disk / f"real.db{end}")
    (folder / "kadian.db").symlink_to(disk / "real.db")
    assert run(restore, folder, folder / "b.db").exit_code == 0
    assert (folder / "kadian.db").is_symlink()
    assert rows(disk / "real.db") == NEW
    assert [rows(file) for file in kept(disk)] == [OLD]


def test_the_backup_of_a_newer_kadian_is_refused(place):
    folder = place()
    beside = folder / "b.db.json"
    beside.write_text(beside.read_text().replace('"schema": "0', '"schema": "9'))
    assert run(restore, folder, folder / "b.db").exception.code == "K0306"
    assert opened(folder) == OLD


def test_what_arrives_in_the_ledgers_place_is_what_the_manifest_says(place, monkeypatch):
    copied = shutil.copyfileobj

    def torn(source, target, *sizes):
        copied(source, target, *sizes)
        target.seek(28 * 4096 + 4000)
        target.write(b"\x55")

    folder = place()
    monkeypatch.setattr(shutil, "copyfileobj", torn)
    assert run(restore, folder, folder / "b.db").exception.code == "K0385"
    assert opened(folder) == OLD


@pytest.mark.parametrize("harm", ["ledger's folder is a file", "no backup", "target's folder is a file", "no ledger"])
def test_what_the_disk_refuses_is_said_in_a_sentence(place, harm):
    folder = place()
    (folder / "file").touch()
    if harm == "ledger's folder is a file":
        config = folder / "there.toml"
        config.write_text(f'site = "s"\n[ledger]\nurl = "sqlite:///{folder}/file/kadian.db"\n')
        done = CliRunner().invoke(restore, ["--config", str(config), str(folder / "b.db")])
        assert done.exception.code == "K0302"
    elif harm == "no ledger":
        config = folder / "there.toml"
        config.write_text(f'site = "s"\n[ledger]\nurl = "sqlite:///{folder}/none/kadian.db"\n')
        done = CliRunner().invoke(backup, ["--config", str(config), str(folder / "c.db")])
        assert done.exception.code == "K0376"
        assert not (folder / "none").exists()
    elif harm == "no backup":
        assert run(restore, folder, folder / "none.db").exception.code == "K0385"
    else:
        assert run(backup, folder, folder / "file" / "b.db").exception.code == "K0383"
    assert opened(folder) == OLD


def test_a_log_that_cannot_be_read_is_kept_though_the_ledger_can(place):
    folder = place()
    log = folder / "kadian.db-wal"
    with log.open("rb+") as stream:
        stream.seek(4)
        stream.write(b"\0" * 8)
    before = log.read_bytes()
    assert run(restore, folder, folder / "b.db").exit_code == 0
    (aside,) = folder.glob("*.before-restore-*-wal")
    assert aside.read_bytes() == before
    assert opened(folder) == NEW


def test_a_change_that_was_cut_in_the_old_ledger_is_taken_back_and_not_mixed_into_the_new_one(place):
    folder = place()
    shell = sqlite3.connect(folder / "kadian.db", isolation_level=None)
    shell.execute("PRAGMA journal_mode=DELETE").fetchone()
    shell.execute("PRAGMA cache_size=1").fetchone()
    shell.execute("BEGIN EXCLUSIVE")
    shell.execute("DELETE FROM screenings")
    shell.execute("UPDATE cursors SET position = position + 1")
    cut = folder.with_name("cut")
    shutil.rmtree(cut, ignore_errors=True)
    shutil.copytree(folder, cut)
    shell.close()
    assert (cut / "kadian.db-journal").stat().st_size > 512
    assert run(restore, cut, cut / "b.db").exit_code == 0
    assert [rows(file) for file in kept(cut)] == [OLD]
    assert opened(cut) == NEW
    assert list(cut.glob("*-journal")) == []
