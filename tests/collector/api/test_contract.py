import re

import jsonschema
import pytest

from collector.ledger import tables

CALLS = """
GET /healthz
GET /metrics
GET /api/v1/screenings?gate=&since=&until=&verdict=&limit=&cursor=
GET /api/v1/screenings/summary?since=&until=
GET /api/v1/gates?limit=&cursor=
GET /api/v1/gates/latest
GET /api/v1/gates/{gate}/series?start=&end=&points=
GET /api/v1/fevers?since=&until=&state=&gate=&limit=&cursor=
GET /api/v1/alerts?state=&limit=&cursor=
GET /api/v1/alerts/{id}
POST /api/v1/alerts/{id}/acknowledge
POST /api/v1/alerts/{id}/resolve
GET /api/v1/channels
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


@pytest.mark.parametrize(
    "path",
    ["/api/v1/gates", "/api/v1/gates/latest", "/api/v1/screenings", "/api/v1/screenings/summary", "/api/v1/fevers"],
)
def test_what_is_encoded_directly_is_what_is_described(call, place, path):
    place.screen(celsius=37.9, verdict="recheck", reasons=("temperature_high",))
    described = call.get("/openapi.json").json()
    schema = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    root = {**schema, "components": described["components"]}
    jsonschema.validate(call.get(path).json(), root)


def test_nobody_can_ask_who_was_where(call):
    described = call.get("/openapi.json").json()
    forbidden = re.compile("holder|person|phone|household|member|sealed|registration", re.IGNORECASE)
    asked = [
        one["name"]
        for calls in described["paths"].values()
        for call_ in calls.values()
        for one in call_.get("parameters", [])
    ]
    told = [name for schema in described["components"]["schemas"].values() for name in schema.get("properties", {})]
    assert [name for name in (*asked, *told, *described["paths"]) if forbidden.search(name)] == []


def test_no_index_leads_from_a_holder_to_screenings():
    indexed = {
        column.name
        for kind in (*tables.screenings.indexes, *tables.screenings.constraints)
        for column in getattr(kind, "columns", ())
    }
    assert not indexed & {"holder", "code_format", "code_status", "colour", "expires", "operator"}
