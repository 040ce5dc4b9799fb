"""An office that looks around: real ears, rules, deciding and ledger; the clocks are the test's."""

import msgspec
import pytest

from collector.alerts.settings import Shift
from collector.hearing import Ears
from collector.ledger import channel_tests, deliveries, incidents
from collector.ledger.channel_tests import Trial
from collector.ledger.follower import Overtaken
from collector.rules import device_gone
from kadian.messages import Status
from tests.collector.alerts.lookout import AT, PLACES, ZONE, Places, Watched


@pytest.fixture
def seen(office):
    seen = Watched(office.ledger)
    seen.ears.connected()
    return seen


def silent_and_back(seen):
    seen.live(30, "g1", "g2")
    seen.live(120, "g2")
    (incident,) = seen.incidents("gate_silent")
    return incident


def test_a_gate_that_falls_silent_opens_one_incident_which_is_over_when_it_is_back(seen):
    incident = silent_and_back(seen)
    assert (incident.cause, incident.stage, incident.count) == ("silent:g1", "open", 1)
    seen.live(600, "g2")
    assert [one.count for one in seen.incidents()] == [1]
    seen.live(30, "g1", "g2")
    assert seen.stages() == [("silent:g1", "open", 0)]
    seen.live(10, "g1", "g2")
    assert seen.stages() == [("silent:g1", "over", 0)]
    assert [what for what in seen.timeline(incident) if what in {"opened", "over"}] == ["opened", "over"]


def test_it_rings_once_and_not_again_when_it_flaps(seen):
    incident = silent_and_back(seen)
    for silence in (40, 200):
        seen.live(silence, "g2")
        with seen.ledger.begin() as connection:
            seen.dispatch.round(connection, seen.now_ms())
        seen.live(60, "g1", "g2")
    assert seen.stages() == [("silent:g1", "open", 1)]  # it needs twice the calm now
    assert seen.timeline(incident).count("flapping") == 1
    with seen.ledger.read() as connection:
        assert len(deliveries.of_incident(connection, incident.id)) == 1


def test_who_took_it_still_has_it_when_it_comes_again(seen):
    incident = silent_and_back(seen)
    with seen.ledger.begin() as connection:
        incidents.acknowledge(connection, incident.id, "li", seen.now_ms(), minutes=5)
    seen.live(50, "g1", "g2")
    assert seen.stages() == [("silent:g1", "over", 0)]
    seen.live(110, "g2")
    assert seen.stages() == [("silent:g1", "acknowledged", 1)]
    assert seen.timeline(incident)[-1] == "flapping"


def test_what_somebody_closes_while_it_lasts_rings_no_more(seen):
    incident = silent_and_back(seen)
    with seen.ledger.begin() as connection:
        incidents.resolve(connection, incident.id, "li", seen.now_ms())
    seen.live(600, "g2")
    assert seen.stages() == [("silent:g1", "resolved", 0)]
    seen.live(60, "g1", "g2")
    seen.live(110, "g2")
    assert seen.stages() == [("silent:g1", "open", 0), ("silent:g1", "resolved", 0)]


def test_nothing_is_found_for_ninety_seconds_after_a_start_or_after_the_broker_is_back(seen):
    seen.live(30, "g1", "g2")
    seen.restart()
    seen.live(80)
    assert seen.incidents() == []
    seen.restart()
    seen.ears.lost()
    seen.live(60)
    assert [one.rule for one in seen.incidents()] == ["office_offline"]
    seen.ears.connected()
    seen.live(80)
    assert {one.rule for one in seen.incidents()} == {"office_offline"}
    assert seen.stages("office_offline") == [("office_offline", "over", 0)]


def test_all_gates_are_silent_while_the_office_is_offline_and_none_when_it_hears_them_again(seen):
    seen.live(30, "g1", "g2")
    seen.ears.lost()
    seen.live(120)
    assert sorted(seen.stages()) == [("silent:g1", "open", 0), ("silent:g2", "open", 0)]
    seen.ears.connected()
    seen.live(60, "g1")
    assert sorted(seen.stages()) == [("silent:g1", "over", 0), ("silent:g2", "open", 0)]


@pytest.mark.parametrize("hours", [-30, -3, 3, 30])
def test_a_wall_clock_that_jumps_silences_nobody_and_wakes_nobody(seen, hours):
    silent_and_back(seen)
    seen.live(20, "g2", thermometer="lost")
    seen.wall_ms += hours * 3_600_000
    seen.live(8, "g2", every=2, thermometer="lost")
    assert seen.stages() == [("silent:g1", "open", 0)]
    assert seen.incidents("device_gone") == []
    seen.live(60, "g2", thermometer="lost")
    assert [one.cause for one in seen.incidents("device_gone")] == ["thermometer:g2"]
    seen.live(50, "g1", "g2")
    assert seen.stages() == [("silent:g1", "over", 0)]


def test_after_a_kill_what_lasts_goes_on_and_what_is_gone_is_over(seen):
    silent_and_back(seen)
    seen.live(60, "g2", thermometer="lost")
    seen.restart()
    seen.live(60, "g2", thermometer="ok")
    assert seen.stages() == [("silent:g1", "open", 0)]
    assert seen.stages("device_gone") == [("thermometer:g2", "over", 0)]
    seen.restart()
    seen.live(60, "g1", "g2")
    assert seen.stages() == [("silent:g1", "over", 0)]
    assert len(seen.incidents()) == 2


def test_a_kill_in_the_middle_of_writing_loses_and_doubles_nothing(seen, monkeypatch):
    seen.live(30, "g1", "g2")
    with monkeypatch.context() as broken:
        broken.setattr(seen.dispatch, "consider", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            seen.live(120, "g2")
    assert seen.incidents() == []
    seen.begin()
    seen.live(10, "g2")
    assert seen.stages() == [("silent:g1", "open", 0)]
    with monkeypatch.context() as broken:
        broken.setattr(incidents, "resolve", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            seen.live(120, "g1", "g2")
    seen.begin()
    seen.live(60, "g1", "g2")
    assert seen.stages() == [("silent:g1", "over", 0)]


def test_of_two_offices_that_look_one_writes(seen):
    other = Watched(seen.ledger, Ears(lambda: seen.seconds))
    silent_and_back(seen)
    other.seconds = seen.seconds
    other.lookout.step()
    seen.live(0, "g2")
    seen.seconds += 60
    with pytest.raises(Overtaken):
        seen.lookout.step()
    seen.live(60, "g2")
    assert seen.stages() == [("silent:g1", "open", 0)]


def test_a_gate_that_was_switched_off_after_its_shift_is_silent_by_right(office):
    shift = Shift("v-12", ("g1",), "06:00", "07:01")
    seen = Watched(office.ledger, places=Places(PLACES.entrances, PLACES.gates, (shift,), ZONE))
    seen.ears.connected()
    seen.live(60, "g1", "g2")
    seen.ears.said("g1", Status("stopped", AT, "1"), None, retained=False)
    seen.live(300, "g2")
    assert seen.incidents() == []


def test_a_rule_that_fails_silences_no_other_and_ends_nothing(seen, monkeypatch):
    seen.live(60, "g1", "g2", camera="lost")
    monkeypatch.setattr(device_gone, "look", lambda *_: 1 / 0)
    seen.live(120, "g2")
    assert seen.stages() == [("silent:g1", "open", 0)]
    assert {one.stage for one in seen.incidents("device_gone")} == {"open"}


def test_how_many_pass_and_whether_anybody_is_signed_on_is_read_off_the_ledger(office):
    seen = Watched(office.ledger)
    seen.wall_ms = office.now_ms() - 5_000_000
    for _ in range(20):
        office.screen(36.5)
    seen.lookout.step()
    for _ in range(10):
        office.screen(36.5, gate="g2")
    seen.seconds += 2
    scene = seen.lookout._scenery.scene(seen.now_ms())
    assert [scene.gates[gate].per_minute for gate in ("g1", "g2")] == [2.0, 1.0]
    seen.seconds += 660
    assert seen.lookout._scenery.scene(seen.now_ms()).gates["g1"].per_minute == 0


def test_a_channel_that_refused_its_test_rings_by_the_others_until_it_takes_one(office):
    here = msgspec.structs.replace(PLACES, channels=("phone", "group"))
    seen = Watched(office.ledger, places=here)
    seen.ears.connected()
    for name in ("group", "of_last_year"):
        with office.ledger.begin() as connection:
            channel_tests.put(connection, Trial(name, "2026-11-25", 1, "refused", "机器人的 key 不对"))
    seen.live(180, "g1", "g2")
    (one,) = seen.incidents("channel_refused")
    assert (one.cause, one.severity, one.stage) == ("refused-test:group", "page", "open")
    with office.ledger.begin() as connection:
        seen.dispatch.round(connection, seen.now_ms())
        (told,) = deliveries.of_incident(connection, one.id)
        assert told.channel == "phone"
        assert "key 不对" in told.body
        channel_tests.put(connection, Trial("group", "2026-11-26", 2, "accepted", "errcode 0"))
    seen.live(180, "g1", "g2")
    assert {one.stage for one in seen.incidents("channel_refused")} == {"over"}
