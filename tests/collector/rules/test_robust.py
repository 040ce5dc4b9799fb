from hypothesis import given
from hypothesis import strategies as st

from collector.rules.cell import HEAD, LAST, grown, is_whole, read
from collector.rules.robust import FEWEST, FULL, Level, deviations, level, mad, median

PARENT = Level(3640, 35)
HUNDREDTHS = st.integers(-4_000, 9_000)


@given(st.lists(HUNDREDTHS, min_size=52, max_size=52), st.lists(HUNDREDTHS, min_size=8, max_size=8))
def test_whatever_eight_of_sixty_are_the_median_stays_among_the_middle_of_the_others(others, eight):
    ordered = sorted(others)
    centre = level(others + eight, PARENT).centre
    assert (ordered[21] + ordered[22]) / 2 <= round(centre, 6) <= (ordered[29] + ordered[30]) / 2


def test_the_spread_of_a_normal_distribution_comes_out_as_its_standard_deviation():
    from statistics import NormalDist

    values = [NormalDist(3600, 50).inv_cdf((n + 0.5) / FULL) for n in range(FULL)]
    found = level(values, PARENT)
    assert abs(found.centre - 3600) < 1
    assert abs(found.spread - 50) < 2


def test_few_values_are_drawn_to_the_parent_and_the_own_share_grows_evenly():
    assert level([3500] * FEWEST, PARENT) == PARENT
    assert level([3500] * FULL, PARENT) == (3500, 0)
    assert level([3500] * ((FEWEST + FULL) // 2), PARENT).centre == 3640 - 140 * 22 / 45


def test_medians_of_even_and_odd_numbers_and_their_deviations():
    assert (median([1, 2, 4]), median([1, 2, 4, 5]), mad([1, 1, 2, 9])) == (2, 3, 0.5)


def test_one_or_two_in_a_hundred_are_two_deviations_above():
    assert [round(deviations(share), 2) for share in (0.01, 0.015, 0.02)] == [2.33, 2.17, 2.05]


@given(st.lists(st.tuples(st.integers(-32_767, 32_767), st.booleans())))
def test_a_cell_never_outgrows_its_bytes_and_is_always_whole(values):
    cell = None
    for value, usual in values:
        cell = grown(cell, value, PARENT, usual=usual)
        assert len(cell) <= HEAD.size + 2 * (FULL + LAST - 1) == 166
        assert is_whole(cell)
    told = read(cell, PARENT)
    if values:
        assert -32_767 <= told.level.centre <= 32_767


def test_what_waits_is_forgotten_when_a_usual_value_comes():
    cell = None
    for _ in range(FULL):
        cell = grown(cell, 3500, PARENT)
    for _ in range(50):
        for _ in range(LAST - 1):
            cell = grown(cell, 3650, PARENT, usual=False)
        cell = grown(cell, 3500, PARENT)
    assert read(cell, PARENT).level == (3500, 0)
