"""Whatever happens at a gate, in whatever order: nothing is lost, doubled, changed, or passed without a result."""

import tempfile
from base64 import b64encode
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.acts import Register, Remeasure, SignOff, Typed, WaitForDuty
from kadian.messages import Policy, Temperature
from tests.agent.screeners import OPERATORS, Gate

SEALED = b64encode(b"x" * 100).decode()
celsius = st.floats(30, 45)
holders = st.sampled_from(["h1", "h2", "card-a", "card-b"])
events = st.one_of(
    st.tuples(st.just("person"), celsius, st.sampled_from(["ok", "moving", "stale"]), st.floats(-5, 40)),
    st.tuples(st.just("code"), holders, st.sampled_from(["valid", "unverified", "forged"])),
    st.tuples(st.just("typed"), celsius, st.sampled_from([("contact", "ear"), ("body_estimate", "wrist")])),
    st.tuples(st.just("typed again"), celsius),
    st.tuples(st.just("choose")),
    st.tuples(st.just("register")),
    st.tuples(st.just("duty")),
    st.tuples(st.just("off")),
    st.tuples(st.just("wait"), st.floats(0, 400)),
)


def happen(gate, event):
    """(a new reading's value or None, an answer or None)."""
    what, *more = event
    rests = gate.screener.rests.waiting(gate.now, gate.policy)
    chosen = rests[0][0].id if rests else None
    if what == "person":
        value, quality, ambient = more
        gate.screener.reading(
            lambda site: Temperature(value, "body_estimate", site=site, ambient=ambient, quality=quality), gate.now
        )
        return value, None
    if what == "typed":
        value, (kind, site) = more
        return value, gate.act(Typed(value, kind, site))
    if what == "typed again":
        return more[0], gate.act(Typed(more[0], "contact", "armpit", chosen))
    acts = {"choose": Remeasure(chosen), "register": Register(SEALED), "duty": WaitForDuty(), "off": SignOff()}
    if what in acts:
        return None, gate.act(acts[what])
    if what == "code":
        gate.code(*more)
    return None, None


@settings(max_examples=40)
@given(st.lists(st.tuples(events, st.floats(0.01, 30)), max_size=40), st.sampled_from(["off", "optional", "required"]))
def test_every_reading_is_one_entry_with_its_own_value_and_only_a_result_passes(morning, rule):
    with tempfile.TemporaryDirectory() as folder:
        gate = Gate(Path(folder) / "outbox.db", Policy("1", code=rule, operators=OPERATORS))
        measured, registered = [], 0
        for event, wait in morning:
            value, answer = happen(gate, event)
            if value is not None and (answer is None or answer.ok):
                measured.append(value)
            registered += event[0] == "register"
            gate.pass_time(event[1] if event[0] == "wait" else wait)
        gate.pass_time(10)
        entries = gate.screenings
        gate.outbox.close()
    assert sorted(entry.temperature.celsius for entry in entries if entry.temperature) == sorted(measured)
    assert sum(entry.registration is not None for entry in entries) == registered
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    ids = {entry.id for entry in entries}
    for entry in entries:
        assert entry.remeasure_of is None or entry.remeasure_of in ids
        if entry.registration:
            assert (entry.verdict, entry.temperature, entry.code) == ("none", None, None)
        elif entry.verdict == "pass":
            assert entry.temperature.quality == "ok"
            assert 35.0 <= entry.temperature.celsius < 37.3
        assert (entry.operator is None) == entry.unattended
        if "fever_confirmed" in entry.reasons or "cleared" in entry.reasons:
            assert entry.remeasure_of is not None
