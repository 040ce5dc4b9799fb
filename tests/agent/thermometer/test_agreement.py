"""Several frames in a row have to say the same before a value counts."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.thermometer.agreement import Agreeing
from agent.thermometer.sample import Counts, Sample


class Line:
    """A parser whose bytes are tenths of a degree, one a byte."""

    def __init__(self):
        self.counts = Counts()

    def feed(self, data):
        self.counts.good += len(data)
        return [Sample(raw=byte, surface=byte / 10) for byte in data]

    def settle(self):
        return [Sample(raw=0, surface=0.0)]

    def reset(self):
        self.counts.skipped += 1


def given_out(frames, data):
    samples = Agreeing(Line(), frames).feed(bytes(data))
    assert all(sample.surface == sample.raw / 10 for sample in samples)
    return [sample.raw for sample in samples]


def test_two_have_to_be_equal():
    assert given_out(2, [200, 201, 201, 201, 200]) == [201, 201]


def test_three_may_differ_by_what_the_plateau_allows_and_the_middle_one_is_given():
    assert given_out(3, [200, 205, 202]) == [202]
    assert given_out(3, [200, 206, 203]) == []
    assert given_out(3, [200, 203, 205, 206, 208]) == [203, 205, 206]


@pytest.mark.parametrize("order", sorted(set(permutations([200, 200, 204]))))
def test_one_wrong_frame_among_three_is_never_given(order):
    assert given_out(3, order) == [200]


def test_a_step_from_one_person_to_the_next_gives_nothing_between():
    assert given_out(3, [200, 200, 200, 220, 220, 220]) == [200, 220]


def test_ambient_and_body_have_to_agree_too_and_a_missing_one_agrees_with_nothing():
    class Said(Line):
        def feed(self, data):
            return data

    def heard(*ambients):
        samples = [Sample(raw=350, surface=35.0, ambient=ambient) for ambient in ambients]
        return [sample.ambient for sample in Agreeing(Said(), 3).feed(samples)]

    assert heard(20.0, 20.3, 20.1) == [20.1]
    assert heard(20.0, 21.0, 20.1) == []
    assert heard(20.0, None, 20.1) == []
    assert heard(None, None, None) == [None]


def test_a_gun_that_says_each_result_twice_is_heard_at_the_second_and_one_that_does_not_at_the_next_pull():
    assert given_out(2, [165, 165, 171, 171]) == [165, 171]
    assert given_out(2, [165, 171, 171]) == [171]


def test_reset_forgets_what_agreed_and_settle_takes_part():
    parser = Agreeing(Line(), 2)
    assert parser.feed(b"\x00") == []
    assert len(parser.settle()) == 1
    parser.reset()
    assert parser.feed(b"\x00") == []
    assert (parser.counts.good, parser.counts.skipped) == (2, 1)


@given(data=st.lists(st.integers(0, 60), max_size=40), frames=st.integers(2, 6))
def test_what_is_given_out_was_said_and_lies_among_its_neighbours(data, frames):
    got = given_out(frames, data)
    assert set(got) <= set(data)
    windows = [data[at : at + frames] for at in range(len(data) - frames + 1)]
    agreed = [window for window in windows if max(window) - min(window) <= (0 if frames == 2 else 5)]
    assert got == [sorted(window)[(frames - 1) // 2] for window in agreed]
