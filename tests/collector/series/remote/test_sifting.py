"""All good lines get in, each bad one is found, and a store that refuses everything loses nobody a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.series.remote.answers import LinesRefused, TooMuchAtOnce, Unwilling
from collector.series.remote.sifting import RUN, Refused, Sieve


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
            raise LinesRefused(f"line {refused[0]} is bad" if len(self.bad) < RUN else "bad")


def sieve(store, newest="newest"):
    return Sieve(store, lambda: "good", lambda: newest)


def found(refused):
    return {number: one.why for one in refused for number in range(one.start, one.end)}


@given(
    st.integers(1, 300), st.sets(st.integers(0, 299), max_size=RUN - 1), st.sampled_from([1, 7, 1000]), st.booleans()
)
def test_whichever_lines_are_bad_exactly_they_are_left_out(count, bad, most, keeps_the_good):
    lines = [str(number) for number in range(count)]
    store = Store({str(number) for number in bad}, most, keeps_the_good)
    assert found(sieve(store).sift(lines)) == {
        number: f"line {number} is bad" for number in sorted(bad) if number < count
    }
    assert store.taken - {"good", "newest"} == {line for line in lines if line not in store.bad}


def test_five_bad_lines_in_five_thousand_cost_few_requests():
    lines = [str(number) for number in range(5000)]
    store = Store(lines[::1000])
    assert len(sieve(store).sift(lines)) == 5
    assert store.requests < 140


@pytest.mark.parametrize("count", [1, 2, 100])
def test_a_store_that_refuses_everything_is_in_trouble_and_no_line_is_set_aside(count):
    lines = [str(number) for number in range(count)]
    with pytest.raises(Unwilling) as refusal:
        sieve(Store([*lines, "good"])).sift(lines)
    assert refusal.value.error.code == "K0367"


@given(st.integers(0, 1500), st.integers(0, 1500), st.integers(1, 1500))
def test_a_stretch_of_refused_lines_is_found_to_the_line_and_told_as_one(start, length, after):
    lines = [str(number) for number in range(start + length + after)]
    bad = lines[start : start + length]
    store = Store(bad)
    refused = sieve(store).sift(lines)
    assert sorted(found(refused)) == list(range(start, start + length))
    assert store.taken - {"good", "newest"} == set(lines) - set(bad)
    if length >= RUN:
        assert refused == [Refused(start, start + length, "bad")]


def test_five_thousand_lines_that_are_too_old_cost_few_requests_and_the_next_five_thousand_hardly_any():
    lines = [str(number) for number in range(10_000)]
    store = Store(lines)
    one = sieve(store)
    assert one.sift(lines[:5000]) == [Refused(0, 5000, "bad")]
    assert store.requests < 3 * RUN
    store.requests = 0
    assert one.sift(lines[5000:]) == [Refused(0, 5000, "bad")]
    assert store.requests < 30


def test_a_store_that_takes_a_test_line_but_no_screening_is_in_trouble_and_none_is_passed_over():
    lines = [str(number) for number in range(12_000)]
    store = Store([*lines, "newest"])
    one = sieve(store)
    for requests in (3 * RUN, 30):
        store.requests = 0
        with pytest.raises(Unwilling) as refusal:
            one.sift(lines)
        assert (refusal.value.error.code, refusal.value.pause) == ("K0355", 60)
        assert store.requests < requests
    store.bad.clear()
    assert one.sift(lines) == []
    assert store.taken >= set(lines)


def test_a_store_that_begins_to_refuse_all_while_few_lines_come_is_in_trouble_soon():
    lines = [str(number) for number in range(1000)]
    store = Store([*lines, "newest"])
    one = sieve(store)
    aside = 0
    with pytest.raises(Unwilling) as refusal:
        for line in lines:
            aside += len(one.sift([line]))
    assert refusal.value.error.code == "K0355"
    assert aside == RUN - 1
