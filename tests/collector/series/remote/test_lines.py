"""One screening, one line: numbers by gate, and a time that is its own."""

from collector.ledger.measured import Measured
from collector.series.remote.lines import line

FIRST = Measured(
    position=9,
    gate="e01",
    life=3,
    seq=4711,
    at_ms=1_790_000_000_123,
    verdict="pass",
    celsius=36.54,
    kind="body_estimate",
    quality="ok",
    surface=34.9,
    ambient=21.3,
)


def test_a_result_is_its_temperature_under_the_gates_millisecond_and_the_number_of_the_screening():
    assert line("chuanchang", FIRST) == (
        "kadian_screening,gate=e01,kind=body_estimate,quality=ok,site=chuanchang celsius=36.54 1790000000123004711"
    )


def test_another_verdict_stands_beside_the_temperature():
    assert " celsius=37.80,recheck=1i " in line("c", FIRST._replace(celsius=37.8, verdict="recheck"))
    assert " celsius=38.10,stop=1i " in line("c", FIRST._replace(celsius=38.1, verdict="stop"))


def test_a_screening_without_a_temperature_is_counted_and_has_none():
    unmeasured = FIRST._replace(celsius=None, kind=None, quality=None, verdict="none")
    assert line("c", unmeasured) == (
        "kadian_screening,gate=e01,quality=missing,site=c unmeasured=1i,none=1i 1790000000123004711"
    )


def test_two_people_in_one_millisecond_have_two_times():
    assert line("c", FIRST).rsplit(" ", 1)[1] != line("c", FIRST._replace(seq=4712)).rsplit(" ", 1)[1]


def test_numbers_beyond_a_million_stay_below_the_millisecond():
    assert line("c", FIRST._replace(seq=7_000_001)).endswith(" 1790000000123000001")


def test_a_store_of_milliseconds_tells_them_apart_by_a_lane_that_nobody_else_has():
    assert ",lane=1," in line("c", FIRST, lane=1)
    assert "lane" not in line("c", FIRST)


def test_a_temperature_is_written_to_the_hundredth_that_the_embedded_store_counts():
    assert " celsius=36.55 " in line("c", FIRST._replace(celsius=36.5451))
    assert " celsius=-3.10 " in line("c", FIRST._replace(celsius=-3.1))
