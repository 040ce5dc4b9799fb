"""Whatever is asked, the roll-ups answer as a plain recount of the readings would."""

import statistics
from collections import Counter
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.series import Bucket, steps_of
from collector.series.counts import counts, totals
from collector.series.lengths import DAY_MS, HOUR_MS

NOON = 1_790_000_000_000 // HOUR_MS * HOUR_MS
# On 25 October 2026, in the middle of the window, clocks go back in Berlin, and in Beirut at midnight, which then comes
# twice; on Lord Howe they go half an hour on, on the 4th.
NAMES = ("Asia/Shanghai", "Asia/Kolkata", "Europe/Berlin", "Asia/Beirut", "Australia/Lord_Howe")
ZONES = [ZoneInfo(name) for name in NAMES]
SPAN = 40 * DAY_MS
VERDICTS = ["pass", "recheck", "stop", "none"]
MOMENT = st.integers(0, 3 * HOUR_MS) | st.integers(0, SPAN)
READING = st.tuples(
    MOMENT,
    st.sampled_from(["e01", "e02"]),
    st.none() | st.integers(3000, 4300),
    st.sampled_from(VERDICTS),
    st.sampled_from(["ok", "ok", "cold"]),
)
EDGE = MOMENT | st.integers(-DAY_MS, SPAN + DAY_MS)


def expected_bucket(at_ms, inside):
    values = sorted(h / 100 for _at, _gate, h, _verdict, quality in inside if h is not None and quality == "ok")
    verdicts = Counter(verdict for _at, _gate, _h, verdict, _quality in inside)
    return Bucket(
        at_ms,
        count=len(inside),
        rechecks=verdicts["recheck"],
        stops=verdicts["stop"],
        no_results=len(inside) - len(values),
        min=values[0] if values else None,
        median=pytest.approx(statistics.median(values)) if values else None,
        p95=values[-(-95 * len(values) // 100) - 1] if values else None,
        max=values[-1] if values else None,
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    readings=st.lists(READING, max_size=60),
    zone=st.sampled_from(ZONES),
    windows=st.lists(st.tuples(EDGE, EDGE), min_size=1, max_size=4),
    points=st.integers(1, 300),
    cut=st.integers(1, 30),
    now=MOMENT,
    counted=st.integers(0, 60),
)
def test_charts_and_counts_equal_a_recount(place, *, readings, zone, windows, points, cut, now, counted):
    place.begin_anew(zone)
    place.now_ms = NOON + now
    raw = [(NOON + offset, *rest) for offset, *rest in readings]
    for number, (at_ms, gate, h, verdict, quality) in enumerate(raw):
        made = place.screen(at_ms, None if h is None else h / 100, gate=gate, verdict=verdict, quality=quality)
        place.store([made], gate)
        if number < counted:
            place.follow(cut)
    place.series.fold(10**9)
    for one, other in windows:
        start, end = NOON + min(one, other), NOON + max(one, other) + 1
        check_counts(place, raw, start, end, zone)
    check_counts(place, raw, None, None, zone)
    place.follow(cut)
    for one, other in windows:
        start, end = NOON + min(one, other), NOON + max(one, other) + 1
        steps = steps_of(start, end, points, zone)
        theirs = [item for item in raw if item[1] == "e01"]
        buckets = [(at, [item for item in theirs if at <= item[0] < until]) for at, until in pairwise(steps.edges)]
        expected = [expected_bucket(at, inside) for at, inside in buckets if inside]
        assert place.series.chart("e01", start, end, points) == expected


def check_counts(place, raw, start, end, zone):
    low, high = -(2**60) if start is None else start, 2**60 if end is None else end
    expected: dict = {}
    for at_ms, gate, _h, verdict, _quality in raw:
        if low <= at_ms < high:
            expected.setdefault(gate, Counter())[verdict] += 1
    with place.ledger.read() as connection:
        assert counts(connection, start, end, zone) == expected
        found = totals(connection, start, end, zone)
    assert found.by_gate == {gate: of.total() for gate, of in expected.items()}
    assert found.by_verdict == sum(expected.values(), Counter())
