"""The list of fevers beside the alerts of the same readings: what the rule said, the list does not deny."""

import pytest

from collector.ledger import incidents, screenings, tables
from collector.rules import confirmed_fever
from collector.rules.rule import RuleSettings
from tests.collector.api.test_fevers import FINE, HIGH, is_gone, pair, told

STRANGER = {"holder": None, **HIGH}
SETTINGS = RuleSettings()


def judged(place):
    """The rule sees all that is stored; returns the incidents, the oldest first."""
    state = confirmed_fever.State()
    with place.ledger.begin() as connection:
        for stored in screenings.after(connection, 0, 100):
            for finding in confirmed_fever.judge(state, stored, SETTINGS):
                incidents.open_or_repeat(connection, finding, stored.received_ms)
        return incidents.listing(connection)[::-1]


@pytest.mark.parametrize("clock", ["synced", "unsynced"])
def test_two_strangers_that_ring_together_are_one_line_which_says_that_the_place_alone_holds_it(call, place, clock):
    first = place.screen(ago=900, clock=clock, **STRANGER)
    second = place.screen(ago=500, clock=clock, **STRANGER)
    (incident,) = judged(place)
    assert told(call) == [("confirmed", *pair(first, second))]
    (line,) = call.get("/api/v1/fevers").json()["items"]
    assert (line["alert"], line["by_place"]) == (incident.id, True)


@pytest.mark.parametrize("clock", ["synced", "unsynced"])
def test_a_third_reading_for_which_the_same_alert_rang_again_is_not_called_unconfirmed(call, place, clock):
    first, second, _ = (place.screen(ago=ago, clock=clock, **STRANGER) for ago in (1000, 700, 400))
    (incident,) = judged(place)
    assert incident.count == 2
    assert told(call) == [("confirmed", *pair(first, second))]


def test_a_fever_whose_readings_have_one_holder_is_not_by_place(call, place):
    place.screen(ago=900, **HIGH)
    place.screen(gate="e09", ago=500, **HIGH)
    judged(place)
    assert [one["by_place"] for one in call.get("/api/v1/fevers").json()["items"]] == [False]


def test_a_stranger_alone_is_unconfirmed_and_by_no_place(call, place):
    alone = place.screen(ago=900, **STRANGER)
    assert judged(place) == []
    assert told(call) == [("unconfirmed", *pair(alone))]
    assert call.get("/api/v1/fevers").json()["items"][0]["by_place"] is False


def test_a_first_reading_that_its_gate_did_not_call_high_does_not_hide_the_one_that_rang(call, place):
    place.screen(ago=900, celsius=37.5)  # the gate had not heard of the office's limits yet
    second = place.screen(ago=500, **HIGH)
    (incident,) = judged(place)
    assert told(call) == [("confirmed", None, str(second.id))]
    assert call.get("/api/v1/fevers").json()["items"][0]["alert"] == incident.id


def test_one_line_stands_for_an_alert_whose_first_reading_is_gone_however_often_it_rang_again(call, place):
    first, second, _, _ = (place.screen(ago=ago, **STRANGER) for ago in (1100, 900, 700, 500))
    judged(place)
    is_gone(place, first)
    assert told(call) == [("confirmed", None, str(second.id))]


def test_each_of_several_people_whom_one_late_alert_tells_of_is_confirmed_by_their_own_second_reading(call, place):
    people = [place.screen(ago=9000 - 100 * number, holder=f"h{number // 2}", **HIGH) for number in range(4)]
    people.append(place.screen(ago=8000, holder="h1", **HIGH))
    with place.ledger.begin() as connection:
        connection.execute(tables.screenings.update().values(received_ms=tables.screenings.c.at_ms + 3_600_000))
    (incident,) = judged(place)
    assert (incident.late, incident.count) == (True, 3)
    assert told(call) == [("confirmed", *pair(*people[2:4])), ("confirmed", *pair(*people[:2]))]
    assert {one["alert"] for one in call.get("/api/v1/fevers").json()["items"]} == {incident.id}


def test_a_stranger_who_was_cleared_after_the_alert_is_told_so_beside_it(call, place):
    first = place.screen(ago=1000, **STRANGER)
    second = place.screen(ago=800, **STRANGER)
    cleared = place.screen(ago=500, remeasure_of=second, holder=None, **FINE)
    judged(place)
    assert told(call) == [("cleared", *pair(second, cleared)), ("confirmed", *pair(first, second))]
