import pytest

from collector.alerts.why import Why
from collector.ledger import incidents
from kadian.text import catalogue, say
from tests.collector.api.conftest import NOW_MS


def test_alerts_are_told_newest_first_with_what_to_do_in_both_languages(call, place):
    older, newer = (
        place.find("fever:1"),
        place.find("sealed:g-river", gate="g-river", rule="sealed_entrance", later_ms=5),
    )
    first, second = call.get("/api/v1/alerts").json()["items"]
    assert [first["id"], second["id"]] == [newer, older]
    assert (first["entrance"], second["entrance"]) == ("e02", "e01")
    assert set(first["text"]) == set(first["what_to_do"]) == {"zh", "en"}
    assert (second["state"], second["late"], second["count"], second["deliveries"]) == ("open", False, 1, [])
    assert second["opened_at"] == "2026-11-23T07:30:00.000+08:00"
    assert second["happened_at"] == "2026-11-23T07:29:00.000+08:00"


def test_an_alert_of_an_unlisted_gate_has_no_entrance(call, place):
    place.find("fever:1", gate="stranger")
    assert call.get("/api/v1/alerts").json()["items"][0]["entrance"] is None


def test_pages_of_alerts_follow_each_other(call, place):
    opened = [place.find(f"fever:{n}", later_ms=n // 2) for n in range(7)]
    seen, cursor = [], ""
    while cursor is not None:
        answer = call.get("/api/v1/alerts", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
    assert sorted(seen) == sorted(opened)
    assert len(seen) == 7


def test_taking_an_alert_twice_keeps_the_first_who_took_it(call, place):
    alert = place.find("fever:1")
    first = call.post(f"/api/v1/alerts/{alert}/acknowledge", json={"by": "王书记", "note": "马上去"})
    again = call.post(f"/api/v1/alerts/{alert}/acknowledge", json={"by": "someone else"})
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert (first.json()["state"], first.json()["acknowledged_by"]) == ("acknowledged", "王书记")
    assert call.get("/api/v1/alerts?state=open").json()["items"] == []
    assert len(call.get("/api/v1/alerts?state=acknowledged").json()["items"]) == 1


def test_an_alert_is_taken_and_closed_without_a_body(call, place):
    alert = place.find("fever:1")
    assert call.post(f"/api/v1/alerts/{alert}/acknowledge").json()["state"] == "acknowledged"
    closed = call.post(f"/api/v1/alerts/{alert}/resolve")
    assert closed.json()["state"] == "resolved"
    assert closed.json()["resolved_at"] is not None
    assert call.post(f"/api/v1/alerts/{alert}/resolve").json() == closed.json()


def test_an_alert_that_does_not_exist_is_a_404(call):
    for what in ("acknowledge", "resolve"):
        assert call.post(f"/api/v1/alerts/none/{what}").status_code == 404


def test_an_alert_says_where_in_its_life_it_is_and_why_it_rang(call, place):
    alert = place.find("fever:1")
    with place.ledger.begin() as connection:
        incidents.change(connection, alert, because="always", notified_ms=NOW_MS)
    told = call.get(f"/api/v1/alerts/{alert}").json()
    assert (told["state"], told["stage"], told["ending"]) == ("open", "notified", None)
    assert told["because"] == {"word": "always", "zh": say("why.always"), "en": say("why.always", "en")}
    assert told["notified_at"] == "2026-11-23T07:30:00.000+08:00"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_word_for_a_ring_or_a_silence_has_a_sentence(language):
    assert [why for why in Why if f"why.{why}" not in catalogue(language)] == []


def test_a_promise_and_an_outcome_are_kept_and_stand_in_the_timeline(call, place):
    alert = place.find("fever:1")
    taken = call.post(f"/api/v1/alerts/{alert}/acknowledge", json={"by": "v-12", "minutes": 10}).json()
    assert (taken["stage"], taken["minutes"]) == ("acknowledged", 10)
    closed = call.post(f"/api/v1/alerts/{alert}/resolve", json={"outcome": "false_alarm", "note": "太阳晒的"}).json()
    assert (closed["stage"], closed["ending"]) == ("resolved", "resolved")
    timeline = call.get(f"/api/v1/alerts/{alert}").json()["timeline"]
    assert [event["what"] for event in timeline] == ["opened", "acknowledged", "resolved", "outcome"]
    assert [event["note"] for event in timeline[2:]] == ["太阳晒的", "false_alarm"]
    assert timeline[1]["who"] == "v-12"


@pytest.mark.parametrize("body", [{"minutes": 0}, {"minutes": 9999}, {"minutes": "soon"}])
def test_a_promise_of_no_sense_is_refused(call, place, body):
    assert call.post(f"/api/v1/alerts/{place.find('fever:1')}/acknowledge", json=body).status_code == 422


def test_an_unknown_outcome_is_refused_and_closes_nothing(call, place):
    alert = place.find("fever:1")
    assert call.post(f"/api/v1/alerts/{alert}/resolve", json={"outcome": "gone"}).status_code == 422
    assert call.get(f"/api/v1/alerts/{alert}").json()["state"] == "open"


def test_a_page_that_nobody_takes_calls_for_help_after_a_while_until_somebody_does(call, place):
    fresh, old = place.find("fever:1"), place.find("fever:2", later_ms=-300_000)
    told = {item["id"]: item for item in call.get("/api/v1/alerts").json()["items"]}
    assert (told[fresh]["siren"], told[old]["siren"]) == (False, True)
    assert told[fresh]["siren_at"] == "2026-11-23T07:35:00.000+08:00"
    taken = call.post(f"/api/v1/alerts/{old}/acknowledge").json()
    assert (taken["siren"], taken["siren_at"]) == (False, None)
