"""A short soak: one thing after the other goes wrong, and in the end all is as it should be."""

import pytest

from tests.faults.soak import soak

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]
MORE_FILES, MORE_THREADS = 8, 4


def test_with_one_fault_after_the_other_nothing_is_lost_or_doubled_and_nothing_piles_up(site, seed):
    found = soak(site(), seconds=14, every=0.8, seed=seed, settled=3)
    print(found)
    assert found.found.sound
    assert sum(found.faults.values()) > 8
    assert found.grown.files <= MORE_FILES
    assert found.grown.threads <= MORE_THREADS
