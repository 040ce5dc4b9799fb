"""How old the lists are that codes are judged by, and where it is told."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.lists import old_lists
from kadian.messages import Policy, TrustLists
from tests.agent.screeners import EIGHT, Gate

NOW = datetime.fromtimestamp(EIGHT // 10**9, UTC)


def policy(**days):
    moments = {name: NOW - timedelta(days=age) for name, age in days.items()}
    return Policy("1", revoked_at=moments.pop("revoked_at", None), trust=TrustLists(days=7, **moments))


@pytest.mark.parametrize(
    ("made", "old"),
    [
        (policy(), {}),
        (policy(revoked_at=7, dcc_at=1, shc_at=-1), {}),
        (policy(revoked_at=7.01), {"revoked": 7}),
        (policy(revoked_at=12.9, dcc_at=400, shc_at=3), {"revoked": 12, "dcc": 400}),
    ],
)
def test_only_a_list_older_than_the_policy_allows_is_told_and_with_whole_days(made, old):
    assert old_lists(made, NOW) == old


def test_the_screen_is_told_of_old_lists_and_of_the_rest_and_follows_a_new_policy(tmp_path):
    gate = Gate(tmp_path / "outbox.db", policy(revoked_at=6.9))
    gate.pass_time(1)
    assert (gate.shown["old_lists"], gate.shown["rest_seconds"]) == ({}, 180)
    gate.pass_time(86400)
    assert gate.shown["old_lists"] == {"revoked": 7}
    gate.policy = Policy("2", rest_seconds=300)
    gate.pass_time(1)
    assert (gate.shown["old_lists"], gate.shown["rest_seconds"]) == ({}, 300)
    gate.outbox.close()
