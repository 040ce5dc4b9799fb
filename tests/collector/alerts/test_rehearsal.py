"""The bad morning, as the office would have it."""

import pytest

from collector.alerts.rehearsal.stage import rehearse
from collector.alerts.rehearsal.story import SECONDS, causes


@pytest.fixture(scope="module")
def morning():
    return rehearse()


def test_fifteen_causes_in_an_hour_are_at_most_six_messages_to_the_secretary(morning):
    assert causes() == 15
    assert 0 < sum(one.at <= SECONDS for one in morning.rang) <= 6


def test_each_confirmed_fever_rings_within_five_seconds(morning):
    assert len(morning.waits()) == 2
    assert max(morning.waits()) <= 5


def test_nothing_is_hidden(morning):
    assert morning.untold == []
    assert {one.rule for one in morning.incidents} >= {"confirmed_fever", "refused_code", "sealed_entrance", "cluster"}
