"""Pulled out and plugged in again: idle, in mid frame, during a write, under another name, beside another device."""

import os

from bench.replug import MOMENTS, cycles


def test_unplugged_and_replugged_over_and_over_it_recovers_and_gives_nothing_wrong_or_twice():
    count = int(os.environ.get("KADIAN_REPLUGS", "25"))
    assert count >= len(MOMENTS)
    found = cycles(count, seed=1741, longest_away=0.2, silence_seconds=1.0)
    assert found["lost"] == 0
    assert len(found["seconds"]) == count
    assert max(found["seconds"]) <= 5.0
    same = {name: found[name] for name in ("wrong", "repeated", "threads", "files", "restarts")}
    assert same == dict.fromkeys(same, 0)
