from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.alerts.channel import known_channels, limits_of
from collector.alerts.limits import FEVERS_IN_A_ROW, Limit, free_ms, in_turn, parse, room, window_ms
from collector.ledger.deliveries import Delivery
from collector.ledger.queued import Queued
from collector.settings import Channel

MINUTE = (Limit(20, 60),)


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ("20/min", Limit(20, 60)),
        ("5/day", Limit(5, 86_400)),
        ("3/s", Limit(3, 1)),
        ("999999/h", Limit(999_999, 3600)),
    ],
)
def test_a_limit_is_read_as_it_is_written(said, limit):
    assert parse(said) == limit


@pytest.mark.parametrize(("most", "ordinary"), [(1, 1), (2, 1), (3, 2), (5, 3), (10, 7), (20, 14), (100, 70)])
def test_three_in_ten_places_are_kept_for_fevers_and_one_is_always_for_others(most, ordinary):
    assert Limit(most, 60).ordinary == ordinary


def test_the_fifteenth_message_of_a_minute_waits_and_the_fever_after_it_does_not():
    tries = list(range(0, 14_000, 1000))
    assert free_ms(MINUTE, tries, 14_000, fever=False) == 60_000
    assert free_ms(MINUTE, tries, 14_000, fever=True) == 14_000
    assert (room(MINUTE, tries, 14_000, fever=False), room(MINUTE, tries, 14_000, fever=True)) == (0, 6)


def test_the_twenty_first_fever_of_a_minute_waits_until_the_first_is_a_minute_old():
    tries = [1_000 * one for one in range(20)]
    assert free_ms(MINUTE, tries, 20_000, fever=True) == 60_000
    assert free_ms(MINUTE, tries, 60_000, fever=True) == 60_000


def test_of_several_windows_the_one_that_is_full_longest_decides():
    limits = Limit(1, 60), Limit(3, 3600)
    tries = [0, 60_000, 120_000]
    assert free_ms(limits, tries, 130_000, fever=True) == 3_600_000
    assert window_ms(limits) == 3_600_000


def test_who_counts_nothing_always_has_room():
    assert free_ms((), [1, 2, 3], 3, fever=False) == 3
    assert room((), [1, 2, 3], 3, fever=False) is None


def test_a_clock_that_was_set_back_does_not_close_a_channel():
    assert free_ms(MINUTE, [3_600_000] * 20, 0, fever=False) == 0


@given(
    st.lists(st.booleans(), max_size=60),
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 30)), max_size=3),
    st.integers(0, 700),
)
def test_no_window_of_a_service_ever_has_more_than_it_takes(fevers, written, apart_ms):
    limits = tuple(Limit(most, seconds) for most, seconds in written)
    sent: list[int] = []
    now_ms = 0
    for fever in fevers:
        now_ms = free_ms(limits, sent, now_ms, fever=fever)
        assert room(limits, sent, now_ms, fever=fever) != 0
        sent.append(now_ms)
        now_ms += apart_ms
    for limit in limits:
        for first, over in zip(sent, sent[limit.most :], strict=False):
            assert over - first >= limit.seconds * 1000


def queued(id_, *, urgent):
    return Queued(Delivery(id_, id_, "phone", "waiting", "{}", 0, 0, 0), urgent)


def test_fevers_go_first_and_after_nine_of_them_another_goes_with_all_of_the_room():
    heads = [queued("fever", urgent=True), queued("notice", urgent=False)]
    row = 0
    went = []
    for _ in range(30):
        first = in_turn(heads, row)[0]
        assert first.urgent
        went.append(first.delivery.id)
        row = row + 1 if first.delivery.id == "fever" else 0
    others = [at for at, id_ in enumerate(went) if id_ == "notice"]
    assert others[0] == FEVERS_IN_A_ROW
    assert {after - before for before, after in pairwise(others)} == {FEVERS_IN_A_ROW + 1}


@pytest.mark.parametrize("word", known_channels())
def test_every_channel_has_a_limit_or_none_and_the_settings_go_before_it(word):
    assert all(isinstance(limit, Limit) and limit.most > 0 for limit in limits_of(Channel("c", f"{word}+http://h")))
    assert limits_of(Channel("c", f"{word}+http://h", limit="7/min")) == (Limit(7, 60),)


def test_the_limits_are_those_that_the_services_document():
    documented = {
        "wecom_robot": (20, 60),
        "dingtalk_robot": (20, 60),
        "serverchan": (5, 86_400),
        "aliyun_sms": (50, 86_400),
    }
    for word, (most, seconds) in documented.items():
        assert limits_of(Channel("c", f"{word}+https://h")) == (Limit(most, seconds),)
    assert limits_of(Channel("c", "feishu_robot+https://h")) == (Limit(5, 1), Limit(100, 60))
