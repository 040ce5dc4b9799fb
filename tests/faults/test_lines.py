"""Cut, silent, slow, lossy and shuffling lines: nothing lost, nothing doubled, soon back."""

import pytest

from tests.faults.lines import cuts, slow
from tests.faults.lossy import NoLoss, lossy
from tests.faults.shuffle import shuffled

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]
BACK_SECONDS = 10


def test_cuts_of_gates_and_office_lose_nothing_and_all_are_back_ten_seconds_after(site, seed):
    found = cuts(site(), gates=3, number=2, shortest=0.3, longest=1.5, seed=seed)
    print(f"back after {', '.join(f'{one:.1f}' for one in found.back)} s", found.found)
    assert found.found.sound
    assert max(found.back) <= BACK_SECONDS


def test_a_line_half_a_second_slow_with_hiccups_loses_and_doubles_nothing(site):
    took, found = slow(site(), gates=2, seconds=2, delay=0.5)
    print(f"drained {took:.1f} s after the last person", found)
    assert found.sound


def test_messages_in_another_order_and_twice_are_stored_once_and_in_order(site, seed, free_port):
    taken, carried, found = shuffled(site(), free_port(), gates=3, seconds=3, seed=seed)
    print(f"{taken} messages, {carried} carried", found)
    assert found.sound
    assert carried > taken * 1.1


def test_every_fifth_packet_lost_loses_and_doubles_nothing(tmp_path, need):
    need("mosquitto")
    need("iptables")
    try:
        dropped, took, found = lossy(tmp_path, share=0.2, seconds=3, gates=2)
    except NoLoss as why:
        pytest.skip(str(why))
    print(f"{dropped} packets dropped, drained {took:.1f} s after the last person", found)
    assert found.sound
    assert dropped > 10
