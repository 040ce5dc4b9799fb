import re

import pytest

CALLS = """
GET /healthz
GET /metrics
GET /api/v1/screenings?gate=&since=&until=&verdict=&limit=&cursor=
GET /api/v1/screenings/summary?since=&until=
GET /api/v1/gates
GET /api/v1/gates/{gate}/series?start=&end=&points=
GET /api/v1/alerts?state=&limit=&cursor=
POST /api/v1/alerts/{id}/acknowledge
POST /api/v1/alerts/{id}/resolve
GET /api/v1/rejects?limit=&cursor=
GET /api/v1/stream?last_event_id=
"""


def bare(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


@pytest.mark.parametrize("line", CALLS.split("\n")[1:-1])
def test_each_call_of_the_contract_is_described_with_its_parameters(call, line):
    method, _, rest = line.partition(" ")
    path, _, query = rest.partition("?")
    paths = {bare(known): calls for known, calls in call.get("/openapi.json").json()["paths"].items()}
    described = paths[bare(path)][method.lower()]
    wanted = {part.rstrip("=") for part in query.split("&") if part}
    assert wanted == {one["name"] for one in described.get("parameters", []) if one["in"] == "query"}
    assert described["description"]


def test_every_error_is_described_as_problem_json(call):
    described = call.get("/openapi.json").json()
    for calls in described["paths"].values():
        for one in calls.values():
            for status, answer in one["responses"].items():
                if status >= "400":
                    assert list(answer["content"]) == ["application/problem+json"]
    assert "Problem" in described["components"]["schemas"]
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_the_reference_page_needs_no_script_and_no_other_host(call):
    page = call.get("/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page.text)
    for path in call.get("/openapi.json").json()["paths"]:
        assert path in page.text
    assert call.get("/docs.css").headers["content-type"].startswith("text/css")
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= set(re.findall(r'id="([^"]+)"', page.text))
