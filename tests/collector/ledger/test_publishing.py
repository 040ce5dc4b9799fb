"""A backup and its manifest get their names together or not at all, whoever else wants the same; and odd names."""

import os
from functools import partial

import pytest
from click.testing import CliRunner

from collector.command.backup import backup
from collector.command.restore import restore
from collector.ledger import Ledger, copying
from kadian.errors import KadianError
from tests.collector.ledger.copies import store
from tests.collector.ledger.dying import apart, dies_at, ended


@pytest.fixture
def config(tmp_path):
    ledger = Ledger.open(f"sqlite:///{tmp_path}/office/kadian.db")
    store(ledger, range(1, 4))
    ledger.close()
    file = tmp_path / "office.toml"
    file.write_text(f'site = "s"\n[ledger]\nurl = "sqlite:///{tmp_path}/office/kadian.db"\n')
    return file


def run(verb, config, file):
    return CliRunner().invoke(verb, ["--config", str(config), str(file)])


def exit_code(verb, config, file):
    return run(verb, config, file).exit_code


def names(folder, begin):
    return sorted(path.name for path in folder.iterdir() if path.name.startswith(begin))


def test_of_several_backups_to_one_name_one_is_made_and_is_what_its_manifest_says(config, tmp_path, monkeypatch):
    for turn in range(5):
        target = tmp_path / f"{turn}.db"
        ready, go = os.pipe()

        def one(ready=ready, target=target):
            # All have seen that the name is free before any of them takes it.
            describe = copying.describe
            monkeypatch.setattr(copying, "describe", lambda *known: (os.read(ready, 1), describe(*known))[1])
            error = run(backup, config, target).exception
            return 0 if error is None else 2 if isinstance(error, KadianError) and error.code == "K0382" else 1

        children = [apart(one) for _ in range(3)]
        os.write(go, b"..." * 3)
        assert sorted(map(ended, children)) == [0, 2, 2]
        assert copying.check(target).counts["screenings"] == 3
        assert names(tmp_path, target.name) == [target.name, f"{target.name}.json"]
        os.close(ready)
        os.close(go)


def test_a_name_that_is_taken_while_the_backup_is_made_stays_whose_it_is(config, tmp_path, monkeypatch):
    target = tmp_path / "b.db"
    describe = copying.describe

    def slow(*known):
        target.write_text("somebody else's")
        return describe(*known)

    monkeypatch.setattr(copying, "describe", slow)
    assert run(backup, config, target).exception.code == "K0382"
    assert names(tmp_path, "b.db") == ["b.db"]
    assert target.read_text() == "somebody else's"


def test_a_manifest_that_is_there_is_not_overwritten(config, tmp_path):
    (tmp_path / "b.db.json").write_text("{}")
    error = run(backup, config, tmp_path / "b.db").exception
    assert (error.code, error.where) == ("K0382", str(tmp_path / "b.db.json"))
    assert names(tmp_path, "b.db") == ["b.db.json"]


@pytest.mark.parametrize("links", [True, False])
def test_killed_at_any_step_it_leaves_no_backup_that_passes_for_one_and_is_not(config, tmp_path, links, monkeypatch):
    def no_links(*_arguments, **_named):
        raise PermissionError(1, "Operation not permitted")

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    for step in range(1, 30):
        target = tmp_path / f"{step}.db"
        if not dies_at(step, partial(exit_code, backup, config, target)):
            break
        if target.exists() and target.stat().st_size:
            assert copying.check(target).counts["screenings"] == 3
        elif target.exists():
            assert run(restore, config, target).exception.code == "K0385"
    assert step > 5
    assert copying.check(target).counts["screenings"] == 3


@pytest.mark.parametrize("name", ["night#2.db", "50%.db", "50%41.db", "a?b.db", "夜里 的备份.db", "a&mode=memory.db"])
def test_a_backup_may_have_any_name(config, tmp_path, name, monkeypatch):
    folder = tmp_path / f"in {name}"
    folder.mkdir()
    monkeypatch.chdir(folder)
    done = run(backup, config, name)
    assert done.exit_code == 0, done.exception
    assert sorted(path.name for path in folder.iterdir()) == sorted([name, f"{name}.json"])
    done = run(restore, config, folder / name)
    assert done.exit_code == 0, done.exception


@pytest.mark.parametrize("name", ["night#2.db", "账 本.db", "a;b.db"])
def test_a_ledger_may_have_an_odd_name(tmp_path, name):
    config = tmp_path / "office.toml"
    config.write_text(f'site = "s"\n[ledger]\nurl = "sqlite:///{tmp_path}/{name}"\n')
    Ledger.open(f"sqlite:///{tmp_path}/{name}").close()
    for verb in (backup, restore):
        done = run(verb, config, tmp_path / "b")
        assert done.exit_code == 0, done.exception
