"""Frozen devices are told from walls and from devices of coarse steps."""

import itertools

from agent.thermometer import Sample
from agent.thermometer.stuck import Stuck


class Stream:
    def __init__(self):
        self.watch = Stuck()
        self.now = 0.0

    def say(self, *surfaces, every=0.1):
        found = []
        for surface in surfaces:
            self.now += every
            found.append(self.watch.feed(Sample(round(surface * 100), surface, 22.0), self.now))
        return found


WOBBLE = (34.51, 34.53, 34.50, 34.52, 34.51, 34.55)
NOBODY = (22.00, 22.03, 22.01, 22.04)


def test_living_skin_is_never_stuck():
    stream = Stream()
    for _ in range(50):
        assert not any(stream.say(*WOBBLE, *WOBBLE, *NOBODY))


def test_a_wall_that_says_the_same_for_an_hour_is_not_stuck():
    stream = Stream()
    assert not any(stream.say(*[22.31] * 3600, every=1.0))


def test_the_same_number_of_skin_for_half_a_minute_is_stuck_until_another_comes():
    stream = Stream()
    found = stream.say(*[35.20] * 400)
    assert not any(found[:300])
    assert all(found[302:])
    assert stream.say(35.21) == [False]


def test_three_visits_with_one_number_on_a_fine_device_are_stuck_with_the_third_reading():
    stream = Stream()
    for visit in range(3):
        stream.say(*NOBODY)
        found = stream.say(*[36.20] * 8)
        assert found == ([False] * 4 + [True] * 4 if visit == 2 else [False] * 8)
    assert all(stream.say(*NOBODY)), "an empty gate does not mend it"
    assert stream.say(36.20) == [True]
    assert not any(stream.say(*WOBBLE))


def test_three_visits_with_one_number_on_a_device_of_tenths_are_not_stuck():
    stream = Stream()
    for _ in range(10):
        assert not any(stream.say(22.1, 22.3, 22.2, *[36.5] * 8))


def test_visits_with_any_wobble_or_another_number_start_the_count_again():
    stream = Stream()
    stream.say(*NOBODY)
    visits = itertools.cycle([[36.2] * 8, [36.2] * 8, [*[36.2] * 4, 36.21, *[36.2] * 4]])
    for _ in range(12):
        assert not any(stream.say(*next(visits), *NOBODY))


def test_half_a_minute_counts_within_one_visit_alone():
    stream = Stream()
    for _ in range(2):
        assert not any(stream.say(*[35.2] * 200))
        stream.say(25.0)


def test_an_hour_without_a_cable_is_no_hour_of_one_number():
    stream = Stream()
    stream.say(*[35.2] * 30)
    stream.watch.gap()
    stream.now += 3600
    assert stream.say(35.2) == [False]


def test_a_guns_trigger_ten_times_with_one_value_is_stuck_and_nine_are_chance():
    watch = Stuck(finished=True)
    found = [watch.feed(Sample(365, 36.5, body=36.5), 60.0 * n) for n in range(11)]
    assert found == [False] * 9 + [True] * 2
    assert not watch.feed(Sample(366, 36.6, body=36.6), 700.0)
