"""What scenes are made of, written when it changes, makes the same scene again as far as rules ask."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from collector.alerts.lookout.conditions import Remade, Written
from collector.alerts.lookout.passing import Passing
from collector.alerts.settings import Shift
from collector.rules.scene import HEARD_MS, GateNow, Scene
from tests.collector.alerts.lookout import PLACES, SEVEN_MS, Places

AGES = st.none() | st.integers(0, 3 * HEARD_MS)
DEVICES = st.sampled_from([None, "ok", "silent", "lost", "none"])
GATES = st.builds(
    GateNow,
    st.just("g1"),
    AGES,
    st.integers(0, 3 * HEARD_MS),
    st.sampled_from(["online", "stopped", "lost", "unknown"]),
    DEVICES,
    st.booleans(),
    DEVICES,
    st.sampled_from([None, "ok", "dark", "blurred"]),
    st.booleans(),
)


def asked(gate):
    """As far as rules ask."""
    age = None if gate.heard_ms_ago is None else gate.heard_ms_ago < HEARD_MS
    return msgspec.structs.replace(gate, heard_ms_ago=age, silent_ms=gate.silent_ms < HEARD_MS)


@given(st.lists(st.tuples(GATES, st.none() | st.integers(0, 90_000)), min_size=1, max_size=6))
def test_a_scene_that_is_made_again_is_the_same_to_the_rules(seen):
    written, remade = Written(), Remade()
    for step, (gate, offline_ms) in enumerate(seen):
        now_ms = SEVEN_MS + 2_000 * step
        changes = written.changes(Scene(now_ms, {"g1": gate}, offline_ms), None if step else "began")
        for name, said in changes.said:
            if name:
                remade.take_gate(now_ms, name, said)
            else:
                remade.take_office(now_ms, said)
        written.done(changes)
        assert asked(remade.gate("g1", now_ms)) == asked(gate)
        assert (remade.offline_ms(now_ms) is None) == (offline_ms is None)
    assert written.changes(Scene(now_ms, {"g1": gate}, offline_ms)).said == []


def test_a_silence_goes_on_growing():
    remade = Remade()
    remade.take_gate(SEVEN_MS, "g1", '{"heard":"before","silent_ms":95000}')
    assert remade.gate("g1", SEVEN_MS + 60_000).silent_ms == 155_000


def test_people_are_counted_for_ten_minutes():
    passing = Passing()
    for second in range(0, 300, 3):
        passing.note("g1", second * 1000, unsigned=second > 200)
    assert passing.per_minute("g1", 300_000) == 10
    assert passing.per_minute("g1", 750_000) == 4
    assert passing.per_minute("g1", 930_000) == 0
    assert (passing.unsigned("g1"), passing.unsigned("g2"), passing.per_minute("g2", 0)) == (True, False, 0)


def test_the_roster_says_how_many_stand_at_each_gate():
    both = Shift("a", ("g1", "g2"), "06:00", "12:00"), Shift("b", ("g1",), "06:00", "08:00")
    places = Places(PLACES.entrances, PLACES.gates, both, PLACES.zone)
    assert places.on_duty(SEVEN_MS) == {"g1": 2, "g2": 1}
    assert places.on_duty(SEVEN_MS + 7_200_000) == {"g1": 1, "g2": 1}
    assert places.on_duty(SEVEN_MS + 40_000_000) == {}
    assert PLACES.on_duty(SEVEN_MS) is None
