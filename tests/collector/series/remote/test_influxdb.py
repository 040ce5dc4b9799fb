"""InfluxDB's own client against a server that answers as its pages say; charts from annotated CSV recorded there.

No InfluxDB can be started here: what is proven is what goes over the wire, and what is made of the documented answers.
"""

import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from collector.series.influxdb import InfluxDB
from collector.series.remote.answers import LinesRefused, Unwilling

MORNING = 1_790_035_200_000  # 2026-09-22T00:00:00Z
CSV = b"""#group,false,false,false,false,true,true,true\r
#datatype,string,long,dateTime:RFC3339,double,string,string,string\r
#default,_result,,,,,,\r
,result,table,_time,_value,_field,kind,quality\r
,,0,2026-09-22T00:00:01.123004711Z,36.5,celsius,body_estimate,ok\r
,,0,2026-09-22T00:00:01.123004712Z,36.5,celsius,body_estimate,ok\r
,,0,2026-09-22T00:59:59.999Z,37.9,celsius,body_estimate,ok\r
,,0,2026-09-22T00:30:00Z,36.7,celsius,body_estimate,ok\r
,,1,2026-09-22T00:30:01Z,21.4,celsius,ambient,ok\r
,,2,2026-09-22T01:00:00.5Z,33.1,celsius,body_estimate,cold\r
\r
#group,false,false,false,false,true,true,true\r
#datatype,string,long,dateTime:RFC3339,long,string,string,string\r
#default,_result,,,,,,\r
,result,table,_time,_value,_field,kind,quality\r
,,3,2026-09-22T00:59:59.999Z,1,recheck,body_estimate,ok\r
,,4,2026-09-22T01:00:02Z,1,none,,missing\r
,,5,2026-09-22T01:00:02Z,1,unmeasured,,missing\r
\r
"""
ERROR = b"""#datatype,string,string\r
#group,true,true\r
#default,,\r
,error,reference\r
,Failed to parse query,897\r
"""


@pytest.fixture
def store(influx):
    opened = InfluxDB(influx.url, "chuanchang", org="office", bucket='a "bucket"', token="let-me-in", write_seconds=1)
    yield opened
    opened.close()


def test_lines_go_to_the_bucket_with_the_token_and_nanoseconds(store, influx):
    store.write(["kadian_screening,gate=e01 celsius=36.5 1", "kadian_screening,gate=e01 celsius=36.6 2"])
    ((path, lines),) = influx.writes
    asked = parse_qs(urlsplit(path).query)
    assert asked == {"org": ["office"], "bucket": ['a "bucket"'], "precision": ["ns"]}
    assert lines == ["kadian_screening,gate=e01 celsius=36.5 1", "kadian_screening,gate=e01 celsius=36.6 2"]
    assert influx.headers["Authorization"] == "Token let-me-in"


def test_a_refused_line_is_told_in_the_stores_words(store, influx):
    influx.answer = lambda _lines: (400, {}, b'{"code":"invalid","message":"unable to parse \'x\': missing fields"}')
    with pytest.raises(LinesRefused, match="unable to parse 'x': missing fields"):
        store.write(["x"])


@pytest.mark.parametrize(("status", "code"), [(401, "K0364"), (404, "K0365"), (429, "K0366"), (503, "K0366")])
def test_a_store_that_is_not_willing_is_asked_once_and_says_when_to_ask_again(store, influx, status, code):
    influx.answer = lambda _lines: (status, {"Retry-After": "7"}, b'{"code":"x","message":"not now"}')
    with pytest.raises(Unwilling) as told:
        store.write(["x"])
    assert (told.value.error.code, told.value.pause) == (code, 7.0 if code == "K0366" else 60.0)
    assert len(influx.writes) == 1, "the client itself must not repeat: it would hold the follower for minutes"


def test_a_store_that_does_not_answer_is_given_up_in_time(store, influx, sleeping):
    influx.answer = sleeping(3)
    with pytest.raises(Unwilling) as told:
        store.write(["x"])
    assert told.value.error.code == "K0363"
    assert told.value.away


def test_the_question_names_the_bucket_the_window_the_site_and_the_gate_and_no_more_columns_than_are_needed(
    store, influx
):
    asked = []
    influx.answer_query = lambda body: (asked.append(json.loads(body)["query"]), (200, {}, CSV))[1]
    store.points("e01", MORNING, MORNING + 3_600_000)
    (question,) = asked
    for part in (
        r'from(bucket: "a \"bucket\"")',
        "range(start: 2026-09-22T00:00:00.000Z, stop: 2026-09-22T01:00:00.000Z)",
        'r.site == "chuanchang" and r.gate == "e01"',
        'keep(columns: ["_time", "_value", "_field", "quality", "kind"])',
    ):
        assert part in question


def test_a_chart_is_made_of_the_recorded_answer(place, remote, store, influx):
    influx.answer_query = lambda _body: (200, {"Content-Type": "text/csv"}, CSV)
    first, second = remote(store, "influxdb").chart("e01", MORNING, MORNING + 2 * 3_600_000, 2)
    assert (first.at_ms, first.count, first.rechecks, first.no_results) == (MORNING, 5, 1, 1)
    assert (first.min, first.median, first.p95, first.max) == (36.5, 36.6, 37.9, 37.9)
    assert (second.count, second.no_results, second.median) == (2, 2, None)


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, ERROR),
        (200, {}, b"<html>not an InfluxDB</html>\r\n<p>\r\n"),
        (404, {}, b'{"code":"not found","message":"no Flux here"}'),
        (400, {}, b'{"code":"invalid","message":"compilation failed"}'),
        (401, {}, b'{"code":"unauthorized","message":"unauthorized access"}'),
    ],
)
def test_an_answer_that_is_no_chart_is_told_so_that_the_embedded_store_answers(store, influx, answer):
    influx.answer_query = lambda _body: answer
    with pytest.raises(Unwilling):
        store.points("e01", MORNING, MORNING + 1)


def test_a_store_without_an_answer_in_two_seconds_is_given_up(influx, sleeping):
    store = InfluxDB(influx.url, "c", org="o", bucket="b", token="t", read_seconds=0.3)
    influx.answer_query = sleeping(3)
    begun = time.monotonic()
    with pytest.raises(Unwilling):
        store.points("e01", MORNING, MORNING + 1)
    assert time.monotonic() - begun < 2
    store.close()


def test_clearing_deletes_this_sites_points_alone(store, influx):
    store.clear()
    ((path, body),) = influx.deletes
    assert parse_qs(urlsplit(path).query)["bucket"] == ['a "bucket"']
    assert re.search(rb'_measurement=\\"kadian_screening\\" AND site=\\"chuanchang\\"', body)
    assert b"1970-01-01T00:00:00Z" in body
