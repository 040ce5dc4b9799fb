"""All good lines get in, each bad one is found, and a store that refuses everything loses nobody a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.series.remote.answers import LinesRefused, TooMuchAtOnce, Unwilling
from collector.series.remote.sifting import sift


class Store:
    url = "http://store"

    def __init__(self, bad=(), most=10**9, keeps_the_good=False):
        self.bad, self.most, self.keeps_the_good = set(bad), most, keeps_the_good
        self.taken = set()
        self.requests = 0

    def write(self, lines):
        self.requests += 1
        if len(lines) > self.most:
            raise TooMuchAtOnce("too large")
        refused = [line for line in lines if line in self.bad]
        if not refused or self.keeps_the_good:
            self.taken.update(line for line in lines if line not in self.bad)
        if refused:
            raise LinesRefused(f"line {refused[0]} is bad")


@given(st.integers(1, 300), st.sets(st.integers(0, 299)), st.sampled_from([1, 7, 1000]), st.booleans())
def test_whichever_lines_are_bad_exactly_they_are_left_out(count, bad, most, keeps_the_good):
    lines = [str(number) for number in range(count)]
    store = Store({str(number) for number in bad}, most, keeps_the_good)
    found = sift(store, lines, lambda: "good")
    assert found == {number: f"line {number} is bad" for number in sorted(bad) if number < count}
    assert store.taken - {"good"} == {line for line in lines if line not in store.bad}


def test_five_bad_lines_in_five_thousand_cost_few_requests():
    lines = [str(number) for number in range(5000)]
    store = Store(lines[::1000])
    assert len(sift(store, lines, lambda: "good")) == 5
    assert store.requests < 140


@pytest.mark.parametrize("count", [1, 2, 100])
def test_a_store_that_refuses_everything_is_in_trouble_and_no_line_is_set_aside(count):
    lines = [str(number) for number in range(count)]
    with pytest.raises(Unwilling) as refusal:
        sift(Store([*lines, "good"]), lines, lambda: "good")
    assert refusal.value.error.code == "K0367"
