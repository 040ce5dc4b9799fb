from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.series.days import day_of, start_of_day
from collector.series.lengths import DAY_MS, HOUR_MS, MINUTE_MS
from collector.series.steps import steps_of

SHANGHAI, UTC = ZoneInfo("Asia/Shanghai"), ZoneInfo("UTC")
NOON = 1_790_000_000_000 // (4 * DAY_MS) * 4 * DAY_MS
ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Asia/Kolkata", "America/Havana", "Africa/Cairo", "Pacific/Apia")]


@pytest.mark.parametrize(
    ("span", "points", "step"),
    [
        (HOUR_MS, 120, MINUTE_MS),
        (2 * HOUR_MS, 60, 2 * MINUTE_MS),
        (DAY_MS, 24, HOUR_MS),
        (DAY_MS, 120, 15 * MINUTE_MS),
        (DAY_MS, 500, 5 * MINUTE_MS),
        (7 * DAY_MS, 168, HOUR_MS),
        (7 * DAY_MS, 7, DAY_MS),
        (30 * DAY_MS, 8, 4 * DAY_MS),
    ],
)
def test_the_step_is_the_smallest_round_one_that_fits(span, points, step):
    assert steps_of(NOON, NOON + span, points, UTC).step_ms == step


def test_two_days_are_read_from_minutes_more_from_hours_and_whole_days_from_days():
    assert steps_of(0, 2 * DAY_MS, 5000, SHANGHAI).unit_ms == MINUTE_MS
    assert steps_of(0, 2 * DAY_MS + 1, 5000, SHANGHAI).unit_ms == HOUR_MS
    assert steps_of(0, 30 * DAY_MS, 31, SHANGHAI).unit_ms == DAY_MS


def test_a_day_begins_at_the_sites_own_midnight():
    steps = steps_of(NOON, NOON + 5 * DAY_MS, 6, SHANGHAI)
    assert {(edge + 8 * HOUR_MS) % DAY_MS for edge in steps.edges} == {0}
    assert steps.edges[0] <= NOON < steps.edges[1]


@pytest.mark.parametrize(("start", "end", "points"), [(5, 5, 10), (6, 5, 10), (0, 5, 0)])
def test_a_window_of_nothing_and_a_chart_of_no_points_are_refused(start, end, points):
    with pytest.raises(ValueError, match=r"start|point"):
        steps_of(start, end, points, SHANGHAI)


@pytest.mark.parametrize(("points", "edges"), [(2, 3), (1, 2)])
def test_a_window_of_all_time_ends_with_an_answer(points, edges):
    assert len(steps_of(-(2**53), 2**53, points, SHANGHAI).edges) == edges
    assert len(steps_of(-DAY_MS, DAY_MS * 30, points, SHANGHAI).edges) == edges


@given(
    st.integers(-(2**48), 2**48) | st.integers(0, 2**41),
    st.integers(1, 2**45) | st.integers(1, 2**32),
    st.integers(1, 2000),
    st.sampled_from(ZONES),
)
def test_the_steps_cover_the_window_in_order_and_are_few_enough(start, span, points, zone):
    unit, step, edges = steps_of(start, start + span, points, zone)
    assert edges[0] <= start < edges[1]
    assert edges[-2] < start + span <= edges[-1]
    assert len(edges) - 1 <= points
    assert list(edges) == sorted(set(edges))
    assert step % unit == 0


@given(st.integers(0, 2**41), st.sampled_from(ZONES))
def test_every_moment_is_in_the_day_that_has_begun_and_not_in_the_next(at_ms, zone):
    day = day_of(at_ms, zone)
    assert start_of_day(day, zone) <= at_ms < start_of_day(day + 1, zone)


def test_a_midnight_that_the_clocks_leap_over_begins_its_day_at_the_leap_and_one_that_comes_twice_at_the_first():
    hours = {
        zone: [(start_of_day(day + 1, zone) - start_of_day(day, zone)) / HOUR_MS for day in range(19_700, 20_066)]
        for zone in ZONES
    }
    assert {zone.key: (min(found), max(found)) for zone, found in hours.items()} == {
        "Asia/Shanghai": (24, 24),
        "Asia/Kolkata": (24, 24),
        "America/Havana": (23, 25),
        "Africa/Cairo": (23, 25),
        "Pacific/Apia": (24, 24),
    }
