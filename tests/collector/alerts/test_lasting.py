"""When incidents of lasting causes are opened, kept, ended and opened again: decided without a ledger or a clock."""

import msgspec
import pytest

from collector.alerts.lookout.lasting import CALM_MS, SAME_MS, End, Lasting, Open, Reopen
from collector.ledger.incidents import Incident
from collector.rules.reason import Reason
from collector.rules.rule import Finding

KEY = "gate_silent", "silent:g1"
FINDING = Finding(*KEY[:1], Reason.SILENT_GATE, KEY[1], "g1", "", "page", late=False, happened_ms=0, facts={})
LIVE = Incident("i1", *KEY, "g1", "open", "page", False, {}, 0, 0, 0, 1, *[None] * 4)
OVER = msgspec.structs.replace(LIVE, state="resolved", ending="over", resolved_ms=1_000)
FOUND = {KEY: FINDING}


def test_what_is_found_is_opened_and_then_kept():
    one = Lasting()
    assert one.decide(FOUND, [], {}, 0, 0) == [Open(FINDING)]
    assert [one.decide(FOUND, [LIVE], {}, at, at) for at in range(0, 600_000, 2_000)] == [[]] * 300


def test_a_scene_without_it_ends_nothing_and_a_calm_time_without_it_does():
    one = Lasting()
    assert one.decide({}, [LIVE], {}, 0, 0) == []
    assert one.decide(FOUND, [LIVE], {}, 2_000, 0) == []
    assert one.decide({}, [LIVE], {}, 4_000, 0) == []
    assert one.decide({}, [LIVE], {}, 3_999 + CALM_MS, 0) == []
    assert one.decide({}, [LIVE], {}, 4_000 + CALM_MS, 0) == [End(LIVE)]
    assert one.decide({}, [LIVE], {}, 4_000 + CALM_MS, 0) == [End(LIVE)]  # it could not be written


def test_a_flapping_one_needs_a_longer_calm_time():
    one, flapping = Lasting(), msgspec.structs.replace(LIVE, flaps=2)
    one.decide({}, [flapping], {}, 0, 0)
    assert one.decide({}, [flapping], {}, 4 * CALM_MS - 1, 0) == []
    assert one.decide({}, [flapping], {}, 4 * CALM_MS, 0) == [End(flapping)]


@pytest.mark.parametrize(
    ("after_ms", "step"), [(1, Reopen(OVER, FINDING)), (SAME_MS - 1, Reopen(OVER, FINDING)), (SAME_MS, Open(FINDING))]
)
def test_what_comes_again_within_ten_minutes_is_the_same_incident(after_ms, step):
    assert Lasting().decide(FOUND, [], {KEY: OVER}, 77, 1_000 + after_ms) == [step]


@pytest.mark.parametrize("set_ms", [-10_000_000, 10_000_000])
def test_the_ten_minutes_are_counted_by_a_clock_that_nobody_sets(set_ms):
    one = Lasting()
    one.decide({}, [LIVE], {}, 0, 0)
    one.decide({}, [LIVE], {}, CALM_MS, CALM_MS)
    at_ms = CALM_MS + SAME_MS
    assert one.decide(FOUND, [], {KEY: OVER}, at_ms - 1, at_ms + set_ms) == [Reopen(OVER, FINDING)]
    assert one.decide(FOUND, [], {KEY: OVER}, at_ms, at_ms + set_ms) == [Open(FINDING)]


def test_what_somebody_closed_while_it_lasts_is_told_again_only_after_it_was_away():
    one, closed = Lasting(), msgspec.structs.replace(OVER, ending="resolved")
    one.decide(FOUND, [LIVE], {}, 0, 0)
    assert [one.decide(FOUND, [], {KEY: closed}, at, at) for at in (2_000, 4_000, 900_000)] == [[], [], []]
    assert one.decide({}, [], {}, 902_000, 0) == []
    assert one.decide({}, [], {}, 902_000 + CALM_MS, 0) == []
    assert one.decide(FOUND, [], {KEY: closed}, 940_000, 940_000) == [Open(FINDING)]


def test_what_nobody_came_for_in_a_long_while_is_told_anew():
    one, expired = Lasting(), msgspec.structs.replace(OVER, ending="expired")
    one.decide(FOUND, [LIVE], {}, 0, 0)
    assert one.decide(FOUND, [], {KEY: expired}, 2_000, 2_000) == [Open(FINDING)]
