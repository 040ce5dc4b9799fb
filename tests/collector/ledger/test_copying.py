import threading

import pytest
from click.testing import CliRunner

from collector.command.backup import backup
from collector.command.restore import restore
from collector.ledger import Ledger, copying
from kadian.errors import KadianError
from tests.collector.ledger.copies import rows, store


@pytest.fixture
def config(tmp_path):
    file = tmp_path / "office.toml"
    file.write_text(f'site = "s"\n[ledger]\nurl = "sqlite:///{tmp_path}/office/kadian.db"\n')
    return file


@pytest.fixture
def office(tmp_path, config):
    ledger = Ledger.open(f"sqlite:///{tmp_path}/office/kadian.db")
    yield ledger
    ledger.close()


def run(verb, config, file):
    return CliRunner().invoke(verb, ["--config", str(config), str(file)])


def test_a_backup_is_whole_though_the_office_writes_all_the_while(office, config, tmp_path):
    store(office, range(1, 3001))
    over = threading.Event()

    def write():
        seq = 3001
        while not over.is_set():
            store(office, [seq])
            seq += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [run(backup, config, tmp_path / f"{number}.db") for number in range(3)]
    finally:
        over.set()
        writer.join()
    assert [one.exit_code for one in made] == [0, 0, 0]
    for number in range(3):
        file = tmp_path / f"{number}.db"
        manifest = copying.check(file)
        assert 3000 <= manifest.counts["screenings"] == rows(file)
        assert sorted(path.name for path in tmp_path.glob(f"{number}.*")) == [f"{number}.db", f"{number}.db.json"]
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_backup_never_takes_the_place_of_another(office, config, tmp_path):
    store(office, [1])
    assert run(backup, config, tmp_path / "b.db").exit_code == 0
    before = (tmp_path / "b.db").read_bytes()
    store(office, [2])
    refused = run(backup, config, tmp_path / "b.db")
    assert isinstance(refused.exception, KadianError)
    assert refused.exception.code == "K0382"
    assert (tmp_path / "b.db").read_bytes() == before


def test_restoring_keeps_the_ledger_that_was_there_with_its_log(office, config, tmp_path):
    store(office, range(1, 11))
    assert run(backup, config, tmp_path / "b.db").exit_code == 0
    store(office, range(11, 31))
    office.close()
    done = run(restore, config, tmp_path / "b.db")
    assert done.exit_code == 0, done.exception
    (kept,) = (tmp_path / "office").glob("*.before-restore-*Z")
    assert (rows(tmp_path / "office" / "kadian.db"), rows(kept)) == (10, 30)


def test_what_a_killed_office_left_in_its_log_is_kept_aside_and_not_mixed_in(config, tmp_path, office):
    store(office, range(1, 11))
    assert run(backup, config, tmp_path / "b.db").exit_code == 0
    store(office, range(11, 31))
    killed = tmp_path / "killed"
    killed.mkdir()
    for name in ("kadian.db", "kadian.db-wal"):
        (killed / name).write_bytes((tmp_path / "office" / name).read_bytes())
    there = tmp_path / "there.toml"
    there.write_text(f'site = "s"\n[ledger]\nurl = "sqlite:///{killed}/kadian.db"\n')
    assert run(restore, there, tmp_path / "b.db").exit_code == 0
    (kept,) = killed.glob("*.before-restore-*Z")
    assert (rows(killed / "kadian.db"), rows(kept)) == (10, 30)


@pytest.mark.parametrize("harm", ["cut", "flip", "no manifest", "other site"])
def test_what_is_not_the_backup_that_was_made_is_refused_and_the_ledger_stays(office, config, tmp_path, harm):
    store(office, range(1, 11))
    file = tmp_path / "b.db"
    assert run(backup, config, file).exit_code == 0
    office.close()
    whole = bytearray(file.read_bytes())
    if harm == "cut":
        file.write_bytes(whole[:-4096])
    elif harm == "flip":
        whole[len(whole) // 2] ^= 1
        file.write_bytes(whole)
    elif harm == "no manifest":
        copying.manifest_of(file).unlink()
    else:
        config.write_text(config.read_text().replace('"s"', '"t"'))
    refused = run(restore, config, file)
    assert refused.exception.code == ("K0387" if harm == "other site" else "K0385")
    assert rows(tmp_path / "office" / "kadian.db") == 10


def test_a_damaged_ledger_makes_no_backup(office, config, tmp_path):
    store(office, range(1, 2001))
    office.close()
    file = tmp_path / "office" / "kadian.db"
    with file.open("rb+") as stream:
        stream.seek(file.stat().st_size // 2)
        stream.write(b"\xff" * 4096)
    refused = run(backup, config, tmp_path / "b.db")
    assert refused.exception.code == "K0384"
    assert list(tmp_path.glob("b.db*")) == []


def test_for_postgresql_it_says_what_to_use(tmp_path):
    config = tmp_path / "office.toml"
    config.write_text('site = "s"\n[ledger]\nurl = "postgresql+psycopg://office:secret@db/kadian"\n')
    refused = run(backup, config, tmp_path / "b.db")
    assert refused.exception.code == "K0381"
    assert "pg_dump" in refused.exception.do("en")
    assert "secret" not in str(refused.exception)
