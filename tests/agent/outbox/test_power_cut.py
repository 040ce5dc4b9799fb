"""A few power cuts; bench/power.py makes five hundred."""

import random

import pytest

from tests.agent.outbox.power import NoLoop, cuts


def test_a_power_cut_at_any_moment_loses_nothing_that_was_said_recorded(tmp_path):
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    try:
        found = cuts(tmp_path, 12, seed)
    except (NoLoop, FileNotFoundError) as why:
        pytest.skip(
            f"power cuts need the right to mount an image through a loop device, which this machine lacks ({why})"
        )
    assert [cut.lost for cut in found] == [0] * 12
    assert not any(cut.corrupt for cut in found)
    assert max(cut.seconds for cut in found) < 30
    assert found[-1].said > 100
