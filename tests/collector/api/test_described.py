"""What the OpenAPI document says of every call is what the office answers, errors too."""

import httpx
import jsonschema
import pytest
from structlog.testing import capture_logs

from collector.api import bell
from collector.api.paging import cursor_of
from collector.ledger import rejects
from collector.ledger.rejects import Refused

GATE, ALERT = "e01", "there"
S, A = "/api/v1/screenings", "/api/v1/alerts"
ANSWERS = [
    ("GET /healthz", "/healthz", 200),
    ("GET /healthz", "/healthz", 503),
    ("GET /metrics", "/metrics", 200),
    (f"GET {S}", f"{S}?limit=2", 200),
    (f"GET {S}", f"{S}?cursor={cursor_of((1 << 64, 1))}", 422),
    (f"GET {S}/summary", f"{S}/summary", 200),
    (f"GET {S}/summary", f"{S}/summary?since=2026-11-22&until=2026-11-24", 200),
    (f"GET {S}/summary", f"{S}/summary?since=yesterday", 422),
    ("GET /api/v1/gates", "/api/v1/gates?limit=1", 200),
    ("GET /api/v1/gates", f"/api/v1/gates?cursor={cursor_of(('e01',))}", 200),
    ("GET /api/v1/gates", f"/api/v1/gates?cursor={cursor_of(('nobody',))}", 422),
    ("GET /api/v1/gates/latest", "/api/v1/gates/latest", 200),
    ("GET /api/v1/gates/{gate}/series", "/api/v1/gates/e01/series", 200),
    ("GET /api/v1/gates/{gate}/series", "/api/v1/gates/e09/series", 404),
    ("GET /api/v1/gates/{gate}/series", "/api/v1/gates/e01/series?points=0", 422),
    ("GET /api/v1/fevers", "/api/v1/fevers", 200),
    ("GET /api/v1/fevers", "/api/v1/fevers?state=maybe", 422),
    (f"GET {A}", A, 200),
    (f"GET {A}", f"{A}?cursor={cursor_of((1, chr(0)))}", 422),
    (f"GET {A}/{{alert_id}}", f"{A}/there", 200),
    (f"GET {A}/{{alert_id}}", f"{A}/nowhere", 404),
    (f"GET {A}/{{alert_id}}", f"{A}/%00", 422),
    (f"POST {A}/{{alert_id}}/acknowledge", f"{A}/there/acknowledge", 200),
    (f"POST {A}/{{alert_id}}/acknowledge", f"{A}/nowhere/acknowledge", 404),
    (f"POST {A}/{{alert_id}}/acknowledge", f"{A}/%00/acknowledge", 422),
    (f"POST {A}/{{alert_id}}/acknowledge", f"{A}/there/acknowledge", 403),
    (f"POST {A}/{{alert_id}}/acknowledge", f"{A}/there/acknowledge", 413),
    (f"POST {A}/{{alert_id}}/resolve", f"{A}/there/resolve", 200),
    (f"POST {A}/{{alert_id}}/resolve", f"{A}/nowhere/resolve", 404),
    (f"POST {A}/{{alert_id}}/resolve", f"{A}/%00/resolve", 422),
    (f"POST {A}/{{alert_id}}/resolve", f"{A}/there/resolve", 403),
    (f"POST {A}/{{alert_id}}/resolve", f"{A}/there/resolve", 413),
    ("GET /api/v1/channels", "/api/v1/channels", 200),
    ("GET /api/v1/rejects", "/api/v1/rejects", 200),
    ("GET /api/v1/rejects", f"/api/v1/rejects?cursor={cursor_of((1 << 63,))}", 422),
    ("GET /api/v1/stream", "/api/v1/stream", 200),
    ("GET /api/v1/stream", "/api/v1/stream?last_event_id=x", 422),
    ("GET /api/v1/stream", "/api/v1/stream", 503),
]
EVERYWHERE = {"421", "500"}
"""Answered for all calls in one place; see below."""


@pytest.fixture
def described(call):
    return call.get("/openapi.json").json()


@pytest.fixture
def filled(place):
    first = place.screen(celsius=37.9, verdict="recheck", reasons=("temperature_high",), ago=300)
    place.screen(celsius=38.0, verdict="stop", reasons=("fever_confirmed",), remeasure_of=first, ago=100)
    place.screen(celsius=None, verdict="none", reasons=("moving",))
    place.screen(gate="z9")
    alert = place.find(f"fever:{first.id}")
    with place.ledger.begin() as connection:
        rejects.add(connection, [Refused("kadian/v1/x/y/screening", "no JSON", b"\xff{")], 5)
    return alert


def check(described, name, answer):
    method, path = name.split(" ")
    documented = described["paths"][path][method.lower()]["responses"]
    assert str(answer.status_code) in documented
    content = documented[str(answer.status_code)]["content"]
    kind = answer.headers["content-type"].split(";")[0]
    assert kind in content
    if "json" in kind:
        schema = content[kind]["schema"]
        assert schema
        jsonschema.validate(answer.json(), {**schema, "components": described["components"]})


@pytest.mark.parametrize(("name", "path", "status"), ANSWERS)
def test_an_answer_is_as_described(served, place, filled, described, monkeypatch, name, path, status):
    more = {}
    if status == 503:
        place.reasons.append("磁盘满了。")
        monkeypatch.setattr(bell, "MOST_LISTENERS", 0)
    elif status == 403:
        more = {"headers": {"Origin": "http://elsewhere.example"}}
    elif status == 413:
        more = {"json": {"note": "x" * 70_000}}
    url = served.url + path.replace("there", filled)
    with httpx.stream(name.split(" ")[0], url, **more) as answer:
        if "event-stream" not in answer.headers["content-type"]:
            answer.read()
        assert answer.status_code == status
        check(described, name, answer)
        if status >= 400:
            # Chinese first, for whoever meets it on a page.
            assert next(one for one in answer.json()["detail"] if one.isalpha() and not one.isascii()) >= "一"


def test_every_documented_answer_is_tried(described):
    documented = {
        (f"{method.upper()} {path}", status)
        for path, calls in described["paths"].items()
        for method, one in calls.items()
        for status in one["responses"]
        if status not in EVERYWHERE
    }
    assert documented == {(name, str(status)) for name, _, status in ANSWERS}


@pytest.mark.parametrize("name", sorted({name for name, _, _ in ANSWERS}))
def test_every_call_is_refused_under_a_name_that_is_not_the_offices(call, described, name):
    method, path = name.split(" ")
    answer = call(method, path.format(gate=GATE, alert_id=ALERT), headers={"Host": "evil.example:8080"})
    assert answer.status_code == 421
    check(described, name, answer)


@pytest.mark.parametrize("name", sorted({name for name, _, _ in ANSWERS if "stream" not in name}))
def test_every_call_says_so_when_the_ledger_cannot_be_reached(call, place, described, monkeypatch, name):
    def away(*_):
        raise OSError("no such server")

    for what in ("read", "begin"):
        monkeypatch.setattr(place.ledger, what, away)
    method, path = name.split(" ")
    with capture_logs() as logged:
        answer = call(method, path.format(gate=GATE, alert_id=ALERT))
    if path != "/healthz":
        assert answer.status_code == 500
        assert answer.json()["detail"].startswith("办公室")
        assert [line["event"] for line in logged] == ["request_failed"]
    check(described, name, answer)


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080", "192.168.1.7:80", "LOCALHOST"])
def test_the_office_answers_to_its_own_names(call, host):
    assert call.get("/healthz", headers={"Host": host}).status_code == 200
