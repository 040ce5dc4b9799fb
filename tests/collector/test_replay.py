"""A day lived through, then judged again from what the ledger kept of it."""

import json

import msgspec
import pytest
from click.testing import CliRunner

from collector.command.rules import rules
from collector.ledger import arrivals, conditions, screenings
from collector.replay import Replay
from collector.reseen import Reseen
from kadian.errors import KadianError
from tests.collector.alerts.conftest import Office
from tests.collector.alerts.lookout import SETTINGS, SEVEN_MS, Watched


@pytest.fixture
def office(tmp_path):
    office = Office(f"sqlite:///{tmp_path}/kadian.db")
    yield office
    office.ledger.close()


@pytest.fixture
def seen(office):
    seen = Watched(office.ledger)
    office.now_ms = seen.now_ms
    seen.ears.connected()
    return seen


def replayed(seen, since_ms=SEVEN_MS, until_ms=SEVEN_MS + 3_600_000, settings=SETTINGS):
    told = []
    reseen = Reseen(seen.ledger, seen.places, seen.usual)
    done = Replay(seen.ledger, settings, reseen, lambda at_ms, one: told.append((at_ms, one))).run(since_ms, until_ms)
    return told, done


def causes(told):
    return {one.cause for _, one in told}


def test_what_was_found_live_is_found_again_at_the_same_time_within_a_step(seen):
    seen.live(30, "g1", "g2")
    seen.live(200, "g2", thermometer="lost")
    seen.ears.lost()
    seen.live(150)
    seen.ears.connected()
    seen.live(60, "g1", "g2")
    told, done = replayed(seen)
    lived = {one.cause: one.opened_ms for one in seen.incidents()}
    assert set(lived) == {"silent:g1", "silent:g2", "thermometer:g2", "office_offline"}
    assert {one.cause: at_ms for at_ms, one in told} == pytest.approx(lived, abs=12_000)
    assert done.found.total() == 4
    assert done.scenes == pytest.approx(47, abs=4)


def test_a_restart_and_the_time_when_nobody_looked_are_judged_as_they_were(seen):
    seen.live(30, "g1", "g2")
    seen.live(120, "g2")
    seen.seconds += 1800
    seen.restart()
    seen.live(60, "g2")
    seen.live(60, "g1", "g2")
    told, done = replayed(seen)
    assert [(one.cause, one.severity) for _, one in told] == [("silent:g1", "page")]
    assert done.scenes == pytest.approx(27, abs=4)
    assert len(seen.incidents()) == 1


@pytest.mark.parametrize("set_ms", [-1_200_000, 1_200_000])
def test_a_clock_that_was_set_finds_nothing_that_was_not_found_then(seen, set_ms):
    seen.live(60, "g1", "g2")
    seen.live(20, "g1", "g2", thermometer="lost")
    seen.wall_ms += set_ms
    seen.live(60, "g1", "g2")
    assert (seen.incidents(), replayed(seen, SEVEN_MS - 1_800_000)[0]) == ([], [])


def test_screenings_are_judged_as_they_arrived_and_each_silent_reason_is_counted(seen, office):
    seen.live(30, "g1", "g2")
    for _ in range(3):
        office.screen(36.5)
    for _ in range(3):
        office.screen(38.4, holder="a")
    told, done = replayed(seen)
    (fever,) = [one for _, one in told if one.rule == "confirmed_fever"]
    assert fever.reason == "confirmed_by_second"
    assert (done.screenings, done.again["confirmed_fever"]) == (6, 1)
    assert done.silent["confirmed_fever"] == {"normal": 3, "first_high": 1}
    earlier = SEVEN_MS - 3_600_000
    told, done = replayed(seen, earlier, SEVEN_MS - 1)
    assert (told, done.screenings, done.scenes) == ([], 0, 0)


def test_nothing_is_written_and_the_day_is_written_anew_at_midnight_alone(seen):
    seen.live(60, "g1", "g2")
    with seen.ledger.read() as connection:
        before = conditions.behind(connection, 0)
    replayed(seen)
    with seen.ledger.read() as connection:
        assert conditions.behind(connection, 0) == before
    assert [one.gate for one in before] == ["", "g1", "g2"]
    seen.seconds += 17 * 3600
    seen.live(60, "g1", "g2")
    with seen.ledger.read() as connection:
        marks = [msgspec.json.decode(one.said).get("mark") for one in conditions.behind(connection, 0) if not one.gate]
    assert marks == ["began", "day"]


def test_a_day_of_many_screenings_is_read_page_by_page(seen, office, monkeypatch):
    seen.lookout.step()
    for _ in range(8):
        office.screen(36.5)
    taken = []
    after = screenings.after
    monkeypatch.setattr("collector.replay.AT_ONCE", 3)
    monkeypatch.setattr(screenings, "after", lambda *asked: taken.append(found := after(*asked)) or found)
    assert replayed(seen)[1].screenings == 8
    assert [len(page) for page in taken] == [3, 3, 2, 0]
    with seen.ledger.read() as connection:
        assert [arrivals.position_before(connection, seen.now_ms() + more) for more in (0, 1)] == [0, 8]


def test_the_command_prints_what_would_have_been_found(seen, tmp_path):
    config = tmp_path / "office.toml"
    entrance = '[[entrances]]\nid = "{0}"\nname = "{0}号门"\nstate = "open"\ngate = "{1}"\n'
    config.write_text(
        f'site = "s"\n[ledger]\nurl = "sqlite:///{tmp_path}/kadian.db"\n'
        + entrance.format("e01", "g1")
        + entrance.format("e02", "g2"),
        "utf-8",
    )
    seen.live(30, "g1", "g2")
    seen.live(120, "g2")
    arguments = ["replay", "--config", str(config), "--day", "2026-11-25"]
    printed = CliRunner().invoke(rules, arguments).output
    assert "gate_silent  g1  [page] e01号门 失联，07:00 起没有消息" in printed
    *lines, sums = map(json.loads, CliRunner().invoke(rules, [*arguments, "--json"]).output.splitlines())
    assert [(one["rule"], one["reason"]) for one in lines] == [("gate_silent", "silent_gate")]
    assert sums["found"] == {"gate_silent": 1}
    missing = CliRunner().invoke(rules, [*arguments[:-1], "2026-11-20"]).exception
    assert isinstance(missing, KadianError)
    assert missing.code == "K0550"


def test_the_rules_are_listed_with_what_they_are_about():
    printed = CliRunner().invoke(rules, []).output
    assert "gate_silent        look   卡点失联" in printed
    assert "confirmed_fever    judge  两次测到发热" in printed
