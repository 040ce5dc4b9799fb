"""The ledger test: an outside recorder against the office's store, under kill -9."""

import time

import pytest

from tests.system.storm import storm

READINGS = 5000
KILLS = 30


@pytest.mark.system
@pytest.mark.timeout(400)
def test_30_kills_of_gates_broker_and_office_lose_nothing_and_double_nothing(site):
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}")
    found = storm(site(), gates=3, kills=KILLS, readings=READINGS, seconds=240, seed=seed)
    print(found)
    assert (found.lost, found.doubled, found.waiting, found.gaps) == (0, 0, 0, 0)
    assert found.kills == KILLS
    assert found.said >= READINGS
    # A kill may fall between the commit and the recorder's line, so the office may know a few more, one a kill at most.
    assert 0 <= found.stored - found.said <= KILLS
