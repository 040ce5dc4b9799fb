import pytest

from collector.series.steps import DAY_MS, HOUR_MS, MINUTE_MS, roll_up_of, step_of

NOON = 1_790_000_000_000 // DAY_MS * DAY_MS


@pytest.mark.parametrize(
    ("span", "points", "step"),
    [
        (HOUR_MS, 120, MINUTE_MS),
        (2 * HOUR_MS, 60, 2 * MINUTE_MS),
        (DAY_MS, 24, HOUR_MS),
        (DAY_MS, 120, 15 * MINUTE_MS),
        (7 * DAY_MS, 168, HOUR_MS),
        (7 * DAY_MS, 7, DAY_MS),
        (30 * DAY_MS, 8, 4 * DAY_MS),
    ],
)
def test_the_step_is_the_smallest_round_one_that_fits(span, points, step):
    assert step_of(NOON - NOON % (4 * DAY_MS), NOON - NOON % (4 * DAY_MS) + span, points) == step


def test_two_days_are_read_from_minutes_and_more_from_hours():
    assert roll_up_of(0, 2 * DAY_MS) == MINUTE_MS
    assert roll_up_of(0, 2 * DAY_MS + 1) == HOUR_MS


@pytest.mark.parametrize(("start", "end", "points"), [(5, 5, 10), (6, 5, 10), (0, 5, 0)])
def test_a_window_of_nothing_and_a_chart_of_no_points_are_refused(start, end, points):
    with pytest.raises(ValueError, match=r"start|point"):
        step_of(start, end, points)


def test_a_window_of_all_time_ends_with_an_answer():
    assert step_of(-(2**53), 2**53, 2) >= DAY_MS
