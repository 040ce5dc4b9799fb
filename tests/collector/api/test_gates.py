from datetime import UTC, datetime

from collector.ledger import gates
from kadian.messages import CameraHealth, OutboxHealth, Status, Telemetry, ThermometerHealth

NOW_MS = 1_795_390_200_000
AT = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def told(call):
    return {gate["gate"]: gate for gate in call.get("/api/v1/gates").json()["gates"]}


def test_every_entrance_and_every_stranger_that_spoke_is_told(call, place):
    place.screen(gate="stranger", ago=30)
    answer = call.get("/api/v1/gates").json()
    assert (answer["site"], answer["timezone"], answer["now"]) == (
        "chuanchang",
        "Asia/Shanghai",
        "2026-11-23T07:30:00.000+08:00",
    )
    found = [(one["gate"], one["entrance"], one["name"], one["entrance_state"]) for one in answer["gates"]]
    assert found == [
        ("e01", "e01", "正门", "open"),
        ("g-river", "e02", "河边小门", "sealed"),
        ("stranger", None, None, "unlisted"),
    ]
    silent = answer["gates"][0]
    assert (silent["state"], silent["age_seconds"], silent["contact_age_seconds"]) == ("unknown", None, None)
    assert silent["last"] is None
    assert silent["telemetry"] is None
    assert silent["today"] == {"total": 0, "pass": 0, "recheck": 0, "stop": 0, "none": 0}
    assert (silent["zone"], silent["x"], silent["y"]) == ("a", 0.1, 0.8)


def test_a_gate_tells_its_state_its_ages_and_its_day(call, place):
    place.screen(ago=9 * 3600)
    place.screen(ago=300, celsius=37.5, verdict="recheck")
    place.screen(ago=60, celsius=36.4)
    report = Telemetry(
        at=AT,
        version="0.1.0",
        clock="synced",
        thermometer=ThermometerHealth(state="ok", driver="gy614v3"),
        camera=CameraHealth(state="lost"),
        outbox=OutboxHealth(epoch="a", last_seq=3, waiting=2),
    )
    with place.ledger.begin() as connection:
        gates.seen(connection, "e01", Status("online", AT, "0.1.0"), NOW_MS - 600_000)
        gates.report(connection, "e01", report, NOW_MS - 20_000)
    gate = told(call)["e01"]
    assert (gate["state"], gate["version"]) == ("online", "0.1.0")
    assert gate["age_seconds"] == 59.5
    assert gate["contact_age_seconds"] == 20.0
    assert gate["today"] == {"total": 2, "pass": 1, "recheck": 1, "stop": 0, "none": 0}
    assert gate["last"] == {"celsius": 36.4, "verdict": "pass", "at": "2026-11-23T07:29:00+08:00"}
    assert gate["telemetry"]["camera"]["state"] == "lost"
    assert gate["telemetry"]["outbox"]["waiting"] == 2


def test_a_gate_is_lost_since_it_was_heard_last_and_not_since_it_connected(call, place):
    place.screen(ago=60)
    with place.ledger.begin() as connection:
        gates.seen(connection, "e01", Status("lost", AT, "0.1.0"), NOW_MS - 1_000)
        gates.seen(connection, "stranger", Status("lost", AT, "0.1.0"), NOW_MS - 1_000)
    assert told(call)["e01"]["state_at"] == "2026-11-23T07:29:00.500+08:00"
    assert told(call)["stranger"]["state_at"] == AT.isoformat()


def test_a_chart_has_no_more_points_than_were_asked_for_and_says_its_step(call, place):
    for minute in range(60):
        place.screen(ago=minute * 60, celsius=36 + minute / 100, verdict="recheck" if minute == 7 else "pass")
    chart = call.get("/api/v1/gates/e01/series?start=2026-11-23T06:00:00&end=2026-11-23T08:00:00&points=12").json()
    assert chart["step_seconds"] == 600
    assert len(chart["buckets"]) == 7
    assert sum(bucket["count"] for bucket in chart["buckets"]) == 60
    assert chart["buckets"][-1] == {
        "at": "2026-11-23T07:30:00.000+08:00",
        "count": 1,
        "median": 36.0,
        "p95": 36.0,
        "max": 36.0,
        "rechecks": 0,
    }
    assert chart["buckets"][-2]["median"] == 36.06 or chart["buckets"][-2]["median"] == 36.055
    assert chart["buckets"][-2]["rechecks"] == 1


def test_a_chart_is_of_today_up_to_now_when_nothing_is_said(call, place):
    place.screen(ago=0)
    place.screen(ago=10 * 3600)
    chart = call.get("/api/v1/gates/e01/series").json()
    assert chart["start"] == "2026-11-23T00:00:00.000+08:00"
    assert [bucket["count"] for bucket in chart["buckets"]] == [1]
    assert chart["step_seconds"] == 300


def test_a_gate_that_nobody_knows_has_no_chart(call, place):
    assert call.get("/api/v1/gates/nobody/series").status_code == 404
    assert call.get("/api/v1/gates/g-river/series").json()["buckets"] == []
