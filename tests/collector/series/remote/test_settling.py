"""What a store that was killed may have lost is written again, and nothing else."""

import pytest

from collector.series.remote.settling import CHECK_SECONDS, News, Settling


@pytest.fixture
def settling():
    started = Settling(60)
    assert started.due(0)
    assert started.checked(0, 1.0) == News(None, again=True), "a start of our own counts as one of the store"
    return started


def test_a_write_is_settled_when_it_is_old_enough_and_the_store_is_still_the_same_process(settling):
    settling.taken(1, 0, 500)
    settling.taken(30, 500, 900)
    assert settling.checked(40, 1.0) == News(None, again=False)
    assert settling.checked(70, 1.0) == News(500, again=False)
    assert settling.checked(95, 1.0) == News(900, again=False)


def test_a_store_that_started_again_gets_the_last_writes_again(settling):
    settling.taken(1, 0, 500)
    assert settling.checked(70, 2.0) == News(None, again=True)
    assert settling.checked(140, 2.0) == News(None, again=False), "what was written before the restart settles nothing"


def test_the_store_is_asked_now_and_then_and_at_once_after_it_was_away(settling):
    assert not settling.due(CHECK_SECONDS - 1)
    assert settling.due(CHECK_SECONDS)
    settling.away()
    assert settling.due(1)


def test_a_store_that_does_not_say_when_it_started_gets_them_again_after_each_absence(settling):
    settling.checked(1, None)
    assert not settling.checked(30, None).again
    settling.away()
    assert settling.checked(60, None).again


def test_someone_who_begins_anew_unsettles_what_was_taken(settling):
    settling.taken(1, 0, 500)
    settling.taken(2, 0, 300)
    assert settling.checked(70, 1.0) == News(300, again=False)


def test_a_store_that_syncs_first_is_never_asked():
    safe = Settling(0)
    safe.taken(1, 0, 500)
    assert not safe.due(1000)
