"""When somebody is there, who is somebody else, and when the device is to blame; as timelines of samples."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.thermometer.plateau import BACKGROUND_SECONDS, Plateau
from agent.thermometer.sample import Sample


class Line:
    """A plateau with a clock; keeps every reading with its moment."""

    def __init__(self, period=0.1, ambient=22.0, **more):
        self.plateau = Plateau("surface", **more)
        self.period, self.ambient, self.now = period, ambient, 100.0
        self.readings, self.stages = [], []

    def see(self, *surfaces):
        before = len(self.readings)
        for surface in surfaces:
            self.now += self.period
            reading = self.plateau.feed(Sample(round(surface * 100), surface, self.ambient), self.now)
            self.stages.append(self.plateau.stage)
            if reading:
                self.readings.append((self.now, reading))
        return [reading for _, reading in self.readings[before:]]


def trembling(level, count, seed=1):
    chance = Random(seed)
    return [round(level + chance.uniform(-0.1, 0.1), 2) for _ in range(count)]


def test_the_stage_says_to_step_closer_then_to_hold_still_then_that_it_is_measured():
    line = Line()
    line.see(22.0, 34.2, 34.2, 34.2, 34.2, 34.2, 34.2, 22.0, 22.0)
    assert line.stages == ["step_closer", *["hold_still"] * 4, "measured", "measured", "measured", "step_closer"]


@pytest.mark.parametrize("second", [36.2, 32.4])
def test_a_second_person_without_a_gap_is_told_apart_by_a_jump_to_another_level(second):
    line = Line()
    assert [one.surface for one in line.see(*[34.2] * 8, *[second] * 8, *[second] * 20)] == [34.2, second]


def test_who_leans_away_and_back_is_the_same_person():
    assert len(Line().see(*[34.2] * 8, *[31.0] * 3, *[34.3] * 30)) == 1


def test_who_slides_away_slowly_or_warms_up_is_the_same_person():
    down = [34.2 - step * 0.2 for step in range(10)]
    assert len(Line().see(*[34.2] * 8, *down, *[32.2] * 20)) == 1
    assert len(Line().see(*[33.2 + step * 0.01 for step in range(250)])) == 1


@pytest.mark.parametrize("seconds", [0.5, 1.0, 2.0])
def test_who_walks_up_to_a_fast_device_is_read_where_he_comes_to_rest(seconds):
    line = Line(period=0.01)
    steps = int(seconds * 100)
    line.see(*trembling(22.0, 100))
    climb = [22.0 + 12.5 * step / steps for step in range(steps)]
    (reading,) = line.see(*climb, *trembling(34.5, 100))
    assert reading.quality == "ok"
    assert abs(reading.surface - 34.5) <= 0.5


def test_a_person_who_appears_at_once_is_read_with_the_fifth_sample_of_a_fast_device():
    line = Line(period=0.004)
    for level in (34.0, 36.2, 33.1):
        (reading,) = line.see(*[level] * 6, 22.0, 22.0, 22.1)
        assert (reading.surface, reading.samples) == (level, 5)


def test_samples_that_come_in_one_read_of_the_line_make_a_reading():
    line = Line(period=0.0)
    assert len(line.see(22.0, 22.0, *[34.2] * 8)) == 1


def test_a_device_of_one_frame_in_two_seconds_reads_a_person_once():
    line = Line(period=2.0)
    assert len(line.see(22.0, 22.0, 22.0, *[34.2] * 8, 22.0, *[34.9] * 8)) == 2


def test_a_slow_device_gives_somebody_who_comes_near_the_time_to_stand_still():
    line = Line(period=1.0)
    (reading,) = line.see(22.0, 28.5, 31.0, 33.0, 34.1, 34.2, 34.2, 34.1, 34.2)
    assert (reading.quality, reading.surface) == ("ok", 34.2)


def test_a_lost_frame_of_a_slow_device_makes_nobody_two_persons():
    line = Line(period=1.0)
    first = line.see(*[22.0] * 4, *[34.2] * 6)
    line.now += 1.0
    assert len(first) == 1
    assert line.see(*[34.2] * 6) == []


@pytest.mark.parametrize("period", [0.1, 1.0])
def test_a_wall_that_the_sun_warms_through_the_warmth_of_skin_is_nobody(period):
    line = Line(period)
    steps = int(1800 / period)
    wall = [25.0 + 15.0 * step / steps for step in range(steps)]
    assert line.see(*wall) == []
    assert [one.surface for one in line.see(*[35.5] * 6)] == [35.5]


def test_each_pull_of_a_guns_trigger_is_a_person_and_its_repeated_frame_is_none():
    line = Line(period=5.0, finished=True)
    assert [one.samples for one in line.see(34.2, 34.5)] == [1, 1]
    line.period = 0.3
    assert line.see(34.5, 34.5) == []
    line.period = 5.0
    assert line.see(19.0) == []
    assert len(line.see(34.5)) == 1


@given(st.lists(st.integers(2000, 4500), max_size=300), st.sampled_from([0.01, 0.1, 0.5, 1.0, 2.0]))
def test_between_two_readings_somebody_has_left_or_another_level_was_reached(surfaces, period):
    line = Line(period)
    line.see(*(value / 100 for value in surfaces))
    for (before, one), (after, other) in pairwise(line.readings):
        stages = line.stages[round((before - 100) / period) : round((after - 100) / period)]
        assert "step_closer" in stages or abs(other.surface - one.surface) >= 1.0


@given(st.integers(2900, 4200), st.lists(st.integers(-12, 12), min_size=5, max_size=280))
def test_who_stands_before_it_is_read_once_and_the_value_is_one_of_the_devices_own(level, tremble):
    line = Line()
    shown = [(level + one) / 100 for one in tremble]
    readings = line.see(*shown)
    assert len(readings) == 1
    assert readings[0].celsius in shown
    assert line.now - 100 < BACKGROUND_SECONDS
