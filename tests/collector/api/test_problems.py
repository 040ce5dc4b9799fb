import pytest

from collector.series.embedded import EmbeddedSeries


def problem(answer, status):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert set(body) == {"type", "title", "status", "detail", "instance"}
    assert body["detail"]
    return body


def test_a_path_that_is_nowhere_is_a_404(call):
    assert problem(call.get("/api/v1/nowhere"), 404)["instance"] == "/api/v1/nowhere"


def test_a_method_that_a_path_does_not_have_is_a_405(call):
    answer = call("DELETE", "/api/v1/screenings")
    problem(answer, 405)
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/screenings?limit=0",
        "/api/v1/screenings?limit=1001",
        "/api/v1/screenings?limit=many",
        "/api/v1/screenings?gate=No%20Gate",
        "/api/v1/screenings?verdict=maybe",
        "/api/v1/screenings?since=yesterday",
        "/api/v1/screenings?since=999999999999999",
        "/api/v1/screenings?until=0001-01-01T00:00:00%2B14:00",
        "/api/v1/screenings?cursor=rubbish",
        "/api/v1/screenings?cursor=WyJhIiwxXQ",
        "/api/v1/screenings?cursor=%00%E5%8D%A1",
        "/api/v1/rejects?cursor=W10",
        "/api/v1/alerts?state=lost",
        "/api/v1/alerts?cursor=WzEsMl0",
        "/api/v1/gates/e01/series?points=0",
        "/api/v1/gates/e01/series?start=2000&end=1000",
        "/api/v1/gates/%2e%2e/series",
        "/api/v1/stream?last_event_id=first",
    ],
)
def test_a_parameter_that_is_not_right_is_a_422_with_a_sentence(call, path):
    body = problem(call.get(path), 422)
    assert ":" in body["detail"]


def test_a_refused_value_is_not_repeated(call):
    assert "13800000000" not in call.post("/api/v1/alerts/x/acknowledge", json={"by": ["13800000000"]}).text


def test_a_route_that_breaks_is_a_500_that_shows_nothing_of_the_inside(call, monkeypatch):
    def broken(_series):
        raise RuntimeError("inner words")

    monkeypatch.setattr(EmbeddedSeries, "position", broken)
    answer = call.get("/metrics")
    problem(answer, 500)
    assert "inner words" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def chunks():
    for _ in range(70):
        yield b" " * 1000


@pytest.mark.parametrize("body", [{"json": {"note": "x" * 70_000}}, {"content": chunks}])
def test_a_body_beyond_64_kib_is_refused(call, body):
    body = {name: value() if callable(value) else value for name, value in body.items()}
    headers = {"Content-Type": "application/json"}
    problem(call.post("/api/v1/alerts/x/acknowledge", headers=headers, **body), 413)


def test_every_answer_binds_the_browser(call):
    for path in ("/healthz", "/nowhere", "/docs", "/api/v1/gates"):
        headers = call.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert call.get("/api/v1/gates").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_another_sites_page_can_change_nothing(call, place, headers):
    alert = place.find("fever:1")
    problem(call.post(f"/api/v1/alerts/{alert}/acknowledge", headers=headers), 403)
    assert call.get("/api/v1/alerts").json()["items"][0]["state"] == "open"


def test_the_offices_own_page_may(call, place):
    alert = place.find("fever:1")
    own = {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}
    assert call.post(f"/api/v1/alerts/{alert}/acknowledge", headers=own).status_code == 200
