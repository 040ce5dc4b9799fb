"""Two high readings that only the place holds together: they ring, and are said to be maybe two people."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.alerts.sentences import sentence
from collector.ledger.incidents import Incident
from collector.rules import confirmed_fever
from collector.rules.rule import RuleSettings
from tests.collector.rules.conftest import Timeline

SETTINGS = RuleSettings(names={"g1": "正门"})


def findings(*timeline):
    state = confirmed_fever.State()
    return [one for stored in timeline for one in confirmed_fever.judge(state, stored, SETTINGS)]


def said(found, part="text", language="zh"):
    nothing = (None,) * 4
    incident = Incident(
        "i", found.rule, found.cause, found.gate, "open", found.severity, found.late, found.facts, 0, 0, 0, 1, *nothing
    )
    return sentence(incident, part, language)


def test_two_strangers_without_codes_ring_with_a_sentence_that_says_so(at):
    (found,) = findings(at(0, 38.2), at(6, 37.9))
    assert (found.severity, found.facts["by"]) == ("page", "place")
    assert said(found) == "正门 37.9°C 15分钟内两次偏高，可能是两人，07:06。"
    assert "maybe two people" in said(found, language="en")
    assert "两人" in said(found, "do")


def test_a_bare_surface_is_still_called_one(at):
    (found,) = findings(at(0, 36.2, kind="surface"), at(6, 36.1, kind="surface"))
    assert said(found).startswith("正门 体表36.1°C 15分钟内两次偏高")
    assert "两人" in said(found, "do")


@pytest.mark.parametrize(
    "more", [{"holder": "a"}, {"of": 1}, {"verdict": "stop", "reasons": ("fever_confirmed",)}], ids=str
)
def test_a_holder_or_the_gates_own_word_makes_it_one_person(at, more):
    first = at(0, 38.2, holder=more.get("holder"))
    (found,) = findings(first, at(6, 37.9, **more))
    assert "by" not in found.facts
    assert said(found) == "正门 37.9°C 两次确认，07:06。"


def test_a_second_reading_that_comes_later_makes_one_of_it(at):
    *_, third = findings(at(0, 38.2), at(4, 37.9), at(8, 38.0, of=2))
    assert "by" not in third.facts
    (found,) = findings(at(60), at(64, holder="a"))
    assert found.facts["by"] == "place", "a code at one of the two says nothing of the other"


def test_what_is_late_is_told_as_late(at):
    (found,) = findings(at(0, 38.2, received=60), at(6, 37.9, received=60))
    assert "迟到" in said(found)


@settings(max_examples=150, deadline=None)
@given(
    codes=st.lists(st.tuples(st.integers(0, 14), st.sampled_from([None, "a", "b"])), min_size=2, max_size=8),
    data=st.data(),
)
def test_in_any_order_of_arrival_a_holder_seen_twice_is_one_person_and_nobodys_readings_are_the_places(codes, data):
    at, state, seen = Timeline(), confirmed_fever.State(), set()
    made = data.draw(st.permutations([at(minute, holder=holder, received=14) for minute, holder in codes]))
    for stored in made:
        holder = stored.screening.code.holder if stored.screening.code else None
        told = confirmed_fever.judge(state, stored, SETTINGS)
        if holder in seen:
            assert [one.facts.get("by") for one in told] == [None]
        elif not seen:
            assert {one.facts["by"] for one in told} <= {"place"}
        seen |= {holder} - {None}
