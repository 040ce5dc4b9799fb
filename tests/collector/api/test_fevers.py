"""Fevers as they are told: confirmed, cleared, or left unconfirmed."""

import pytest

from collector.ledger import fevers, incidents
from collector.ledger.tables import screenings
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


def confirmed_by_rule(place, first, second):
    """The rule, which knows more than a gate, opens an incident; its id."""
    moment, cause = int(second.at.timestamp() * 1000), f"fever:{first.id}"
    reason = Reason.CONFIRMED_BY_SECOND
    finding = Finding("confirmed_fever", reason, cause, "e09", str(second.id), "page", False, moment, {})
    with place.ledger.begin() as connection:
        return incidents.open_or_repeat(connection, finding, moment + 500)[0].id


def is_gone(place, screening):
    """It was deleted as old, or has not arrived yet."""
    with place.ledger.begin() as connection:
        connection.execute(screenings.delete().where(screenings.c.id == screening.id))


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
    incident = confirmed_by_rule(place, first, second)
    assert told(call) == [("confirmed", *pair(first, second))]
    assert call.get("/api/v1/fevers").json()["items"][0]["alert"] == incident


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


@pytest.mark.parametrize("early", [1, 4, 20, 21])
def test_a_confirmed_fever_is_told_however_many_readings_came_too_early(call, place, early):
    first = previous = place.screen(ago=3000, **HIGH)
    for number in range(early):
        previous = place.screen(ago=2900 - number * 100, remeasure_of=previous, **EARLY)
    second = place.screen(ago=600, remeasure_of=previous, **AGAIN)
    if early <= fevers.EARLY_READINGS:
        assert told(call) == [("confirmed", *pair(first, second))]
    else:
        # Too long a way to follow for one page: better told on its own than not at all.
        assert ("confirmed", None, str(second.id)) in told(call, state="confirmed")


def test_a_confirmed_fever_is_told_while_only_an_early_reading_before_it_is_there(call, place):
    first = place.screen(ago=900, **HIGH)
    early = place.screen(ago=800, remeasure_of=first, **EARLY)
    second = place.screen(ago=600, remeasure_of=early, **AGAIN)
    place.screen(ago=500, remeasure_of=second, **AGAIN)
    assert told(call) == [("confirmed", *pair(first, second))]
    is_gone(place, first)
    assert told(call) == [("confirmed", None, str(second.id))]


def test_what_the_office_alone_has_confirmed_is_told_when_its_first_reading_is_gone(call, place):
    first = place.screen(gate="e01", ago=900, **HIGH)
    second = place.screen(gate="e09", ago=300, **HIGH)
    incident = confirmed_by_rule(place, first, second)
    assert told(call) == [("confirmed", *pair(first, second))]
    is_gone(place, first)
    assert told(call) == [("confirmed", None, str(second.id))]
    assert call.get("/api/v1/fevers").json()["items"][0]["alert"] == incident


def test_a_fever_that_was_confirmed_after_it_had_been_cleared_is_not_hidden(call, place):
    first = place.screen(ago=900, **HIGH)
    cleared = place.screen(ago=700, remeasure_of=first, **FINE)
    after_that = place.screen(ago=600, remeasure_of=cleared, **AGAIN)
    assert told(call) == [("confirmed", None, str(after_that.id)), ("cleared", *pair(first, cleared))]
    beside_it = place.screen(ago=500, remeasure_of=first, **AGAIN)
    assert ("confirmed", *pair(first, beside_it)) in told(call)


def test_what_the_rule_told_late_is_not_hidden(call, place):
    second = place.screen(gate="e09", ago=300, **HIGH)
    moment = int(second.at.timestamp() * 1000)
    cause, reason = "late-fever:e09:2026-11-23", Reason.CONFIRMED_BY_SECOND
    finding = Finding("confirmed_fever", reason, cause, "e09", str(second.id), "notice", True, moment, {})
    with place.ledger.begin() as connection:
        incidents.open_or_repeat(connection, finding, moment)
    assert told(call) == [("confirmed", None, str(second.id))]
