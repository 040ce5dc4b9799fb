"""The wall clock and its trustworthiness."""

from datetime import UTC, datetime

from agent.clock import Clock, kernel_synced, local, this_boot


def test_an_unsynced_clock_becomes_synced_once_and_stays_so():
    word = [False]
    mono = [5_000_000_000]
    clock = Clock(wall_ns=lambda: 100_000_000_000, monotonic_ns=lambda: mono[0], synced=lambda: word[0], boot_id="b")
    assert clock.now()[1] == "unsynced"
    assert clock.newly_synced() is None
    word[0] = True
    assert clock.newly_synced() == 95_000_000_000
    assert clock.newly_synced() is None
    word[0] = False
    assert clock.now()[1] == "synced"


def test_a_trusted_system_clock_is_synced_at_once():
    assert Clock("system", synced=lambda: False).now()[1] == "synced"


def test_times_carry_an_offset_and_milliseconds():
    at = local(1_795_417_331_123_999_999)
    assert at.utcoffset() is not None
    assert at.astimezone(UTC) == datetime(2026, 11, 23, 7, 2, 11, 123_000, tzinfo=UTC)


def test_the_kernel_answers_and_names_the_boot():
    assert kernel_synced() in (True, False)
    assert len(this_boot()) == 36
