from dataclasses import dataclass
from pathlib import Path

import pytest

from collector.series import open_series
from collector.series.open import back_ends
from kadian.errors import KadianError

NOON = 1_790_000_000_000


@dataclass
class Section:
    backend: str = "embedded"
    path: str | None = None


def test_the_embedded_store_stands_beside_the_ledger(tmp_path):
    open_series(Section(), f"sqlite:///{tmp_path}/office/kadian.db").close()
    assert (tmp_path / "office" / "kadian.series.db").exists()


def test_a_configured_path_is_used(tmp_path):
    open_series(Section(path=str(tmp_path / "here.db")), "postgresql://office/kadian").close()
    assert (tmp_path / "here.db").exists()


def test_the_back_ends_are_the_files_of_the_folder():
    assert back_ends() == ["embedded"]


@pytest.mark.parametrize("name", ["influx", "store", "../open", ""])
def test_an_unknown_back_end_is_refused_by_name(tmp_path, name):
    with pytest.raises(KadianError) as caught:
        open_series(Section(backend=name), f"sqlite:///{tmp_path}/kadian.db")
    assert caught.value.code == "K0350"


def test_a_damaged_file_is_put_aside_and_begun_anew(tmp_path, make):
    file = tmp_path / "s.db"
    file.write_bytes(b"rubbish " * 1000)
    series = open_series(Section(path=str(file)), "")
    series.write([make(1, NOON)])
    assert series.position() == 1
    series.close()
    assert (tmp_path / "s.db.aside").read_bytes().startswith(b"rubbish")


def test_a_file_of_another_shape_is_put_aside(tmp_path, make):
    section = Section(path=str(tmp_path / "s.db"))
    series = open_series(section, "")
    series.write([make(1, NOON)])
    with series._transaction() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 999")
    series.close()
    series = open_series(section, "")
    assert series.position() == 0
    series.close()


def test_a_sound_file_is_kept(tmp_path, make):
    section = Section(path=str(tmp_path / "s.db"))
    for n in (1, 2):
        series = open_series(section, "")
        assert series.position() == n - 1
        series.write([make(n, NOON)])
        series.close()
    assert [file.name for file in tmp_path.iterdir()] == ["s.db"]


def test_a_folder_that_is_a_file_is_said_plainly(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(KadianError) as caught:
        open_series(Section(path=str(Path(tmp_path) / "x" / "s.db")), "")
    assert caught.value.code == "K0351"
