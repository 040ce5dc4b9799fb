import json

import pytest
from click.testing import CliRunner

from collector.command.series import series
from collector.ledger import Aside, Ledger, aside
from kadian.errors import KadianError

NOON = 1_790_000_000_000


@pytest.fixture
def office(tmp_path, opened):
    """An office's folder with 30 screenings in its ledger, none of them counted."""
    url = f"sqlite:///{tmp_path}/kadian.db"
    place = opened(url)
    place.store([place.screen(NOON + n * 60_000) for n in range(30)])
    (tmp_path / "collector.toml").write_text(f'site = "chuanchang"\n[ledger]\nurl = "{url}"\n')
    return place, tmp_path / "collector.toml"


def run(*arguments):
    return CliRunner().invoke(series, [*map(str, arguments)], catch_exceptions=False)


def test_the_status_tells_position_lag_and_what_was_set_aside(office):
    place, config = office
    with place.ledger.begin() as connection:
        aside.put(connection, [Aside("embedded", 7, "e01", NOON, "field type conflict", NOON)])
    told = json.loads(run("status", "--config", config, "--json").stdout)
    assert (told["backend"], told["position"], told["lag"], told["aside"]) == ("embedded", 0, 30, 1)
    assert told["lines"][0]["reason"] == "field type conflict"
    assert told["waiting_since"].startswith("2026-")
    assert "还差 30 条" in run("status", "--config", config).stdout


def test_a_rebuild_counts_everything_with_progress_and_tells_the_end(office):
    place, config = office
    done = run("rebuild", "--config", config)
    assert done.exit_code == 0
    assert "30/30  100 %" in done.output
    assert place.series.position() == 30
    assert json.loads(run("status", "--config", config, "--json").stdout)["lag"] == 0


def test_a_look_at_the_status_changes_nothing_even_where_the_file_names_another_zone(office):
    place, config = office
    run("rebuild", "--config", config)
    config.write_text(f'timezone = "Europe/Berlin"\n{config.read_text()}')
    assert json.loads(run("status", "--config", config, "--json").stdout)["position"] == 30
    assert place.series.position() == 30
    run("rebuild", "--config", config)
    assert json.loads(run("status", "--config", config, "--json").stdout)["position"] == 30


def test_a_store_that_is_not_configured_is_refused_by_name(office):
    with pytest.raises(KadianError) as caught:
        run("rebuild", "--config", office[1], "--backend", "influxdb")
    assert caught.value.code == "K0353"
    assert "embedded" in caught.value.do("en")


def test_the_file_of_an_older_office_is_taken_away(office, tmp_path):
    for name in ("kadian.series.db", "kadian.series.db-wal"):
        (tmp_path / name).write_bytes(b"old")
    run("status", "--config", office[1])
    assert not list(tmp_path.glob("*.series.db*"))


@pytest.mark.parametrize("words", [[], ["rebuild"], ["status"]])
def test_each_verb_says_what_it_does(words):
    told = run(*words, "--help")
    assert told.exit_code == 0
    assert any("\u4e00" <= letter <= "\u9fff" for letter in told.output)


def test_what_was_set_aside_is_kept_once_and_forgotten_with_its_store(tmp_path):
    ledger = Ledger.open(f"sqlite:///{tmp_path}/k.db")
    lines = [Aside("influxdb", n, "e01", NOON, "bad", NOON + n) for n in range(5)]
    with ledger.begin() as connection:
        aside.put(connection, lines)
        aside.put(connection, lines[:2])
        assert aside.count(connection, "influxdb") == 5
        assert [one.position for one in aside.listing(connection, "influxdb", 2)] == [4, 3]
        aside.clear(connection, "influxdb")
        assert aside.count(connection, "influxdb") == 0
    ledger.close()
