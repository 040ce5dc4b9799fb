"""What a store that was killed may have lost is written again, and nothing else."""

import pytest

from collector.series.remote.settling import CHECK_SECONDS, News, Sample, Settling


def lost(sample):
    raise AssertionError(f"{sample} is asked for, though the store says when it started")


@pytest.fixture
def settling():
    started = Settling(60)
    assert started.due(0)
    assert started.checked(0, 1.0, lost) == News(None, again=True), "a start of our own counts as one of the store"
    return started


def test_a_write_is_settled_when_it_is_old_enough_and_the_store_is_still_the_same_process(settling):
    settling.taken(1, 0, 500)
    settling.taken(30, 500, 900)
    assert settling.checked(40, 1.0, lost) == News(None, again=False)
    assert settling.checked(70, 1.0, lost) == News(500, again=False)
    assert settling.checked(95, 1.0, lost) == News(900, again=False)


def test_a_store_that_started_again_gets_the_last_writes_again(settling):
    settling.taken(1, 0, 500)
    assert settling.checked(70, 2.0, lost) == News(None, again=True)
    assert settling.checked(140, 2.0, lost) == News(None, again=False), (
        "what was written before the restart settles nothing"
    )


def test_the_store_is_asked_now_and_then_and_at_once_after_it_was_away(settling):
    assert not settling.due(CHECK_SECONDS - 1)
    assert settling.due(CHECK_SECONDS)
    settling.away()
    assert settling.due(1)


def test_a_store_that_does_not_say_when_it_started_gets_them_again_after_each_absence(settling):
    settling.checked(1, None, lost)
    assert not settling.checked(30, None, lost).again
    settling.away()
    assert settling.checked(60, None, lost).again


def test_where_a_store_does_not_say_when_it_started_a_point_of_each_write_is_looked_for(settling):
    first, second = Sample("e01", 5), Sample("e02", 9)
    settling.checked(1, None, lost)
    settling.taken(2, 0, 500, first)
    settling.taken(3, 500, 800)
    settling.taken(4, 800, 900, second)
    settling.taken(50, 900, 990, Sample("e01", 7))
    assert settling.checked(70, None, {first, second}.__contains__) == News(900, again=False)
    assert settling.checked(120, None, lambda _sample: False) == News(None, again=True)


def test_what_was_settled_before_the_missing_point_is_not_written_again(settling):
    settling.checked(1, None, lost)
    settling.taken(2, 0, 500, Sample("e01", 5))
    settling.taken(3, 500, 800, Sample("e01", 6))
    assert settling.checked(70, None, {Sample("e01", 5)}.__contains__) == News(500, again=True)


def test_a_point_that_a_store_never_shows_is_written_again_once_and_not_for_ever(settling):
    settling.checked(1, None, lost)
    settling.taken(2, 0, 500, Sample("e01", 5))
    assert settling.checked(70, None, lambda _sample: False).again
    settling.taken(71, 0, 300, Sample("e01", 4))
    settling.taken(72, 300, 500, Sample("e01", 5))
    assert settling.checked(140, None, lambda _sample: False) == News(500, again=False)
    settling.taken(141, 500, 600, Sample("e01", 8))
    assert settling.checked(210, None, lambda _sample: False).again


def test_a_store_that_was_emptied_settles_nothing_that_was_taken_before(settling):
    settling.taken(1, 0, 1_000_000)
    settling.forget()
    assert settling.checked(70, 1.0, lost) == News(None, again=False)


def test_someone_who_begins_anew_unsettles_what_was_taken(settling):
    settling.taken(1, 0, 500)
    settling.taken(2, 0, 300)
    assert settling.checked(70, 1.0, lost) == News(300, again=False)


def test_a_store_that_syncs_first_is_never_asked():
    safe = Settling(0)
    safe.taken(1, 0, 500)
    assert not safe.due(1000)
