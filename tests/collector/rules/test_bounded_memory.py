"""However many normal readings come, few are remembered; what is forgotten makes a phone ring once more, never less."""

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.rules import confirmed_fever, two_gates
from collector.rules.chains import Chain, Chains
from collector.rules.passings import Passings
from collector.rules.rule import RuleSettings
from tests.collector.rules.conftest import Timeline

SETTINGS = RuleSettings()
WITHIN = SETTINGS.confirm_within_ms
MEMORY = confirmed_fever.memory_ms(SETTINGS)


def rung(timeline, most):
    """The holders for whom a phone rings, where so many normal readings are remembered."""
    state = confirmed_fever.State()
    state.chains = Chains(WITHIN, MEMORY, most)
    return {stored.screening.code.holder for stored in timeline if confirmed_fever.judge(state, stored, SETTINGS)}


@settings(max_examples=200, deadline=None)
@given(
    readings=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40), st.booleans()), max_size=30),
    most=st.integers(0, 3),
)
def test_whoever_rings_with_all_remembered_rings_with_fewer_in_any_order_of_arrival(readings, most):
    at = Timeline()
    timeline = [at(minute, 38.4 if high else 36.5, holder=holder, received=41) for holder, minute, high in readings]
    assert rung(timeline, 10_000) <= rung(timeline, most)


@settings(max_examples=200, deadline=None)
@given(readings=st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30))
def test_what_arrives_in_order_of_time_needs_no_memory_of_who_was_never_high(readings):
    at = Timeline()
    timeline = [at(n, 38.4 if high else 36.5, holder=holder) for n, (holder, high) in enumerate(readings)]
    assert rung(timeline, 0) == rung(timeline, 10_000)


def test_a_normal_reading_between_two_high_ones_is_forgotten_after_so_many_others_have_come(at):
    normal, *others = at(5, 36.5, holder="a", received=10), *(at(10, 36.5, holder=f"h{n}") for n in range(4))
    high = [at(0, holder="a", received=11), at(10, holder="a", received=11)]
    assert rung([normal, *others, *high], 5) == set()
    assert rung([normal, *others, *high], 4) == {"a"}


def test_a_city_that_never_stops_is_remembered_up_to_its_bound(at):
    state, hints = confirmed_fever.State(), two_gates.State()
    state.chains, hints.passings = Chains(WITHIN, MEMORY, 100), Passings(100)
    for number in range(1_000):
        stored = at(number / 1_000, 36.5, holder=f"h{number % 300}", gate=f"g{number % 7}")
        confirmed_fever.judge(state, stored, SETTINGS)
        two_gates.judge(hints, stored, SETTINGS)
    for kept in (state.chains._normals, hints.passings):
        assert len(kept) == len(kept._newest) == 100
    assert len(state.chains._marks) == len(state.chains._parting) == 0


@given(
    steps=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.booleans()), max_size=60),
    most=st.integers(1, 8),
    most_of_one=st.integers(1, 4),
)
def test_what_is_remembered_is_the_newest_of_all_and_of_each(steps, most, most_of_one):
    passings, plain, now = Passings(most, most_of_one), [], 0
    for holder, seconds, forgetting in steps:
        now += seconds
        if forgetting:
            passings.forget(now - 5)
            plain = [one for one in plain if one[1] >= now - 5]
        passings.note("g", holder, len(plain), now)
        plain = [*plain, (holder, now, len(plain))][-most:]
        for each in "abc":
            expected = [(at, moment) for who, at, moment in plain if who == each]
            assert [(one.received, one.moment) for one in passings.of(each)] == expected[::-1][:most_of_one]


def test_a_stuck_thermometers_readings_ask_each_chain_once_however_long_it_is(at, monkeypatch):
    asked = []
    admits = Chain.admits
    monkeypatch.setattr(Chain, "admits", lambda *given: asked.append(given) or admits(*given))
    state = confirmed_fever.State()
    for number in range(300):
        confirmed_fever.judge(state, at(number / 100, 39.5), SETTINGS)
    assert len(asked) == 299
