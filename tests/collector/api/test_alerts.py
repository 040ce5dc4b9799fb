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
