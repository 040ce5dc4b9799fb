"""The wall clock and its trustworthiness."""

import os
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.clock import EARLIEST_NS, Clock, TimeService, kernel_synced, local, this_boot


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


SECOND = 1_000_000_000
NOON = EARLIEST_NS + 12 * 3600 * SECOND


class World:
    """A machine's two clocks and its time service, with the true time beside them."""

    def __init__(self, true=NOON, wall=NOON):
        self.true, self.wall, self.mono = true, wall, 5 * SECOND
        self.kernel = False
        self.clock = Clock(
            wall_ns=lambda: self.wall,
            monotonic_ns=lambda: self.mono,
            synced=lambda: self.kernel,
            boot_id="boot",
        )

    def pass_seconds(self, seconds, drift=0.0):
        self.true += round(seconds * SECOND)
        self.mono += round(seconds * SECOND)
        self.wall += round(seconds * SECOND * (1 + drift))

    def set_by_hand(self, wall):
        self.wall, self.kernel = wall, False  # settimeofday(2) makes the kernel withdraw its word

    def set_by_time_service(self):
        self.wall, self.kernel = self.true, True

    def error(self):
        return abs(self.clock.now()[0].timestamp() - self.true / SECOND)


@pytest.mark.parametrize("wrong", [0, NOON - 30 * 86_400 * SECOND, NOON + 2 * 3600 * SECOND])
def test_a_clock_that_was_never_synchronised_is_unsynced_wherever_it_stands(wrong):
    world = World(wall=wrong)
    assert world.clock.now()[1] == "unsynced"
    world.set_by_hand(NOON + 60 * SECOND)
    assert world.clock.now()[1] == "unsynced"
    world.set_by_time_service()
    assert world.clock.now()[1] == "synced"
    assert world.error() < 0.01


@pytest.mark.parametrize("jump", [-NOON, -30 * 86_400 * SECOND, 2 * 3600 * SECOND, -5 * SECOND])
def test_a_synced_clock_set_by_hand_counts_on_from_before_and_says_estimated(jump):
    world = World()
    world.set_by_time_service()
    assert world.clock.now()[1] == "synced"
    world.set_by_hand(world.wall + jump)
    world.pass_seconds(600)
    assert world.clock.now()[1] == "estimated"
    assert world.error() < 0.01
    world.set_by_time_service()
    assert world.clock.now()[1] == "synced"


def test_a_step_of_the_time_service_keeps_a_synced_clock_synced():
    world = World(true=NOON + 3 * SECOND)
    world.kernel = True
    assert world.clock.now()[1] == "synced"
    world.set_by_time_service()
    assert world.clock.now()[1] == "synced"
    assert world.error() < 0.01


def test_a_clock_before_the_newest_known_moment_counts_on_from_it():
    world = World(wall=0)
    assert world.clock.now() == (local(EARLIEST_NS), "unsynced")
    world.clock.not_before(NOON)
    world.pass_seconds(90)
    assert world.clock.now() == (local(NOON + 90 * SECOND), "unsynced")
    world.clock.not_before(NOON - SECOND)
    assert world.clock.now() == (local(NOON + 90 * SECOND), "unsynced")


def test_a_pause_of_the_process_between_its_two_looks_is_no_step():
    times = iter([0, 60 * SECOND] + [60 * SECOND + number for number in range(100)])
    clock = Clock(
        wall_ns=lambda: NOON + 60 * SECOND, monotonic_ns=lambda: next(times), synced=lambda: True, boot_id="b"
    )
    clock._offset, clock._synced = NOON, True
    assert clock.now()[1] == "synced"
    assert clock._offset == NOON


def test_the_time_services_file_counts_only_until_the_clock_is_set(tmp_path, monkeypatch):
    monkeypatch.setattr("agent.clock.kernel_synced", lambda: False)
    service = TimeService(tmp_path / "synchronized")
    assert not service.synced()
    (tmp_path / "synchronized").touch()
    assert service.synced()
    service.forget()
    assert not service.synced()
    os.utime(tmp_path / "synchronized", (5, 5))
    assert service.synced()


happenings = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.floats(0.1, 5_000), st.floats(-1e-5, 1e-5)),
        st.tuples(st.just("hand"), st.integers(0, 4_000_000_000)),
        st.tuples(st.just("service")),
    ),
    max_size=25,
)


@given(happenings)
def test_whatever_happens_to_the_clock_synced_means_right_and_nothing_is_off_once_it_was(happened):
    world = World(wall=0)
    once = False
    for what, *values in happened:
        if what == "pass":
            world.pass_seconds(*values)
        elif what == "hand":
            world.set_by_hand(values[0] * SECOND)
        else:
            world.set_by_time_service()
            once = True
        state = world.clock.now()[1]
        assert (state != "unsynced") == once
        if once:
            assert world.error() <= 2
