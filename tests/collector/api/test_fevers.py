"""Fevers as they are told: confirmed, cleared, or left unconfirmed."""

import pytest

from collector.ledger import incidents
from collector.rules.reason import Reason
from collector.rules.rule import Finding

HIGH = {"celsius": 37.8, "verdict": "recheck", "reasons": ("temperature_high",)}
AGAIN = {"celsius": 37.9, "verdict": "stop", "reasons": ("fever_confirmed",)}
FINE = {"celsius": 36.9, "verdict": "pass", "reasons": ("cleared",)}
EARLY = {"celsius": 37.7, "verdict": "recheck", "reasons": ("rest_not_over",)}


def told(call, **query):
    answer = call.get("/api/v1/fevers", params=query).json()
    return [
        (one["state"], one["first"] and one["first"]["id"], one["second"] and one["second"]["id"])
        for one in answer["items"]
    ]


def pair(first, second=None):
    return str(first.id), str(second.id) if second else None


def test_each_first_high_reading_is_told_with_what_became_of_it(call, place):
    ill = place.screen(ago=3000, **HIGH)
    ill_again = place.screen(ago=2800, remeasure_of=ill, **AGAIN)
    place.screen(ago=2700, remeasure_of=ill_again, **AGAIN)
    well = place.screen(ago=2000, **HIGH)
    well_again = place.screen(ago=1800, remeasure_of=well, **FINE)
    gone = place.screen(ago=1000, **HIGH)
    place.screen(ago=500)
    place.screen(ago=400, celsius=None, verdict="stop", reasons=("code_refused",))
    everything = [
        ("unconfirmed", *pair(gone)),
        ("cleared", *pair(well, well_again)),
        ("confirmed", *pair(ill, ill_again)),
    ]
    assert told(call) == everything
    for one in everything:
        assert told(call, state=one[0]) == [one]
    assert told(call, gate="e09") == []
    assert told(call, gate="e01", until="2026-11-23T07:00:00+08:00") == [
        ("cleared", *pair(well, well_again)),
        everything[2],
    ]


def test_a_reading_before_the_rest_was_over_decides_nothing_and_leads_on(call, place):
    first = place.screen(ago=900, **HIGH)
    early = place.screen(ago=800, remeasure_of=first, **EARLY)
    assert told(call) == [("unconfirmed", *pair(first))]
    second = place.screen(ago=600, remeasure_of=early, **AGAIN)
    assert told(call) == [("confirmed", *pair(first, second))]


def test_a_second_reading_whose_first_never_came_stands_alone(call, place):
    second = place.screen(ago=600, **AGAIN)
    assert told(call) == [("confirmed", None, str(second.id))]


def test_what_the_office_alone_has_confirmed_names_both_gates_and_its_alert(call, place):
    first = place.screen(gate="e01", ago=900, **HIGH)
    second = place.screen(gate="e09", ago=300, **HIGH)
    moment = int(second.at.timestamp() * 1000)
    finding = Finding(
        "confirmed_fever",
        Reason.CONFIRMED_BY_SECOND,
        f"fever:{first.id}",
        "e09",
        str(second.id),
        "page",
        False,
        moment,
        {},
    )
    with place.ledger.begin() as connection:
        incident, _ = incidents.open_or_repeat(connection, finding, moment + 500)
    assert told(call) == [("confirmed", *pair(first, second))]
    assert call.get("/api/v1/fevers").json()["items"][0]["alert"] == incident.id


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_follow_each_other_without_a_gap_or_a_double(call, place, limit):
    expected = []
    for number in range(20):
        first = place.screen(ago=5000 - number * 200, **HIGH)
        second = place.screen(ago=4900 - number * 200, remeasure_of=first, **(AGAIN if number % 3 else FINE))
        expected.append(("confirmed" if number % 3 else "cleared", *pair(first, second)))
    for state in (None, "confirmed", "cleared"):
        found, cursor = [], None
        while True:
            query = {"limit": limit} | ({"state": state} if state else {}) | ({"cursor": cursor} if cursor else {})
            answer = call.get("/api/v1/fevers", params=query).json()
            found += [(one["state"], one["first"]["id"], one["second"]["id"]) for one in answer["items"]]
            cursor = answer["next_cursor"]
            if cursor is None:
                break
        assert found == [one for one in reversed(expected) if state in {None, one[0]}]


def test_a_fever_is_told_without_the_holder(call, place):
    place.screen(ago=900, **HIGH)
    assert "secret-holder" not in call.get("/api/v1/fevers").text


def test_the_unusual_is_found_through_indexes_that_few_screenings_are_in(place):
    with place.ledger.read() as connection:
        for query in (
            "SELECT * FROM screenings WHERE verdict <> 'pass' AND verdict = ? ORDER BY at_ms DESC, position DESC",
            "SELECT * FROM screenings WHERE verdict <> 'pass' AND gate = ? AND verdict = ? ORDER BY at_ms DESC",
        ):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", ("stop",) * query.count("?")).all()
            assert "verdict_at_ms" in plan[0][3]
            assert len(plan) == 1, "it is not sorted again"
