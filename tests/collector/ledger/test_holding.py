"""Who may touch a ledger's file at once: an office, other commands, a restore."""

import os
import subprocess
import sys
import threading

import pytest
from click.testing import CliRunner

from collector import office
from collector.command.backup import backup
from collector.ledger import Ledger, holding
from collector.settings import CollectorSettings
from kadian.errors import KadianError
from kadian.settings import load


@pytest.fixture
def config(tmp_path):
    file = tmp_path / "office.toml"
    file.write_text(f'site = "s"\n[ledger]\nurl = "sqlite:///{tmp_path}/kadian.db"\n')
    return file


@pytest.fixture
def file(tmp_path):
    return tmp_path / "kadian.db"


def refused(code, act, *arguments):
    with pytest.raises(KadianError) as caught:
        act(*arguments)
    assert caught.value.code == code
    return caught.value


def start(config):
    office.run(load(config, CollectorSettings), threading.Event())


def test_a_second_office_is_refused_before_it_touches_the_ledger(config, file):
    with holding.only_office(file):
        refused("K0348", start, config)
        assert not file.exists(), "the second office made, or would have migrated, the first one's ledger"


def test_while_a_restore_is_under_way_nobody_opens_the_ledger_and_each_is_told_why(config, file, tmp_path):
    Ledger.open(f"sqlite:///{file}").close()
    with holding.alone(file):
        before = sorted(path.name for path in tmp_path.iterdir())
        refused("K0389", start, config)
        refused("K0389", Ledger.open, f"sqlite:///{file}")
        made = CliRunner().invoke(backup, ["--config", str(config), str(tmp_path / "b.db")])
        assert made.exception.code == "K0389"
        with pytest.raises(KadianError) as caught, holding.alone(file):
            pass
        assert caught.value.code == "K0389"
        assert {path.name for path in tmp_path.iterdir()} - set(before) <= {"kadian.db.office"}
    Ledger.open(f"sqlite:///{file}").close()


def test_a_restore_waits_for_whoever_has_the_ledger_open(file):
    first, second = Ledger.open(f"sqlite:///{file}"), Ledger.open(f"sqlite:///{file}")
    for ledger in (first, second):
        with pytest.raises(KadianError) as caught, holding.alone(file):
            pass
        assert caught.value.code == "K0386"
        ledger.close()
    with holding.alone(file):
        pass


def test_a_killed_office_holds_nothing(file):
    code = (
        "import os, sys; from pathlib import Path; from collector.ledger import Ledger, holding\n"
        "file = Path(sys.argv[1])\n"
        "with holding.only_office(file):\n    ledger = Ledger.open(f'sqlite:///{file}'); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, file], check=False).returncode == -9
    with holding.alone(file), holding.only_office(file):
        pass


def test_a_symlinked_ledger_is_one_ledger(file, tmp_path):
    Ledger.open(f"sqlite:///{file}").close()
    link = tmp_path / "link.db"
    link.symlink_to(file)
    ledger = Ledger.open(f"sqlite:///{link}")
    with pytest.raises(KadianError) as caught, holding.alone(file):
        pass
    assert caught.value.code == "K0386"
    ledger.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_makes_beside_a_ledger_belongs_to_the_ledgers_owner(tmp_path):
    folder = tmp_path / "office"
    folder.mkdir()
    os.chown(folder, 12345, 12346)
    file = folder / "kadian.db"
    with holding.only_office(file):
        Ledger.open(f"sqlite:///{file}").close()
    with holding.alone(file):
        pass
    owners = {path.name: (path.stat().st_uid, path.stat().st_gid) for path in folder.iterdir()}
    assert owners == dict.fromkeys(("kadian.db", "kadian.db.office", "kadian.db.use"), (12345, 12346))
