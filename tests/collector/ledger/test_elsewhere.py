"""Commands that are given in another folder than the office's: they must not work on a ledger that nobody has."""

import pytest
from click.testing import CliRunner

from collector.command.backup import backup
from collector.command.gate import gate
from collector.command.register import register
from collector.command.series import series
from kadian.errors import KadianError

CONFIG = """site = "yard"
[enrolment]
listen = "127.0.0.1:8443"
address = "127.0.0.1:8443"
[[entrances]]
id = "e01"
name = "门"
state = "open"
"""


@pytest.mark.parametrize(
    ("verb", "words"),
    [(backup, ["copy.db"]), (series, ["status"]), (series, ["rebuild"]), (register, []), (gate, ["add", "e01"])],
)
@pytest.mark.parametrize("empty", [False, True])
def test_a_command_makes_no_ledger_and_says_where_it_looked(tmp_path, monkeypatch, verb, words, empty):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "office.toml").write_text(CONFIG, "utf-8")
    if empty:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "kadian.db").touch()
    before = sorted(tmp_path.rglob("*"))
    done = CliRunner().invoke(verb, [*words, "--config", "office.toml"])
    assert isinstance(done.exception, KadianError)
    assert done.exception.code == "K0376"
    assert str(tmp_path / "data" / "kadian.db") in done.exception.what()
    assert sorted(tmp_path.rglob("*")) == before
