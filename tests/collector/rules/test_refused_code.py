from uuid import UUID

import pytest

from collector.rules import refused_code
from collector.rules.reason import Reason
from collector.rules.rule import RuleSettings

SETTINGS = RuleSettings()


def told(timeline):
    state = refused_code.State()
    return [refused_code.explain(state, stored, SETTINGS) for stored in timeline]


def refused(at, minute, status="forged", **more):
    return at(minute, None, status=status, verdict=more.pop("verdict", "stop"), **more)


@pytest.mark.parametrize("holder", ["a", None])
def test_a_refused_code_that_is_shown_again_pages_once(at, holder):
    first, second, third = told([refused(at, minute, holder=holder) for minute in (0, 3, 6)])
    assert first == (Reason.FIRST_REFUSAL, [])
    assert {second[1][0].cause, third[1][0].cause} == {f"refused:{UUID(int=1)}"}
    assert (second[1][0].severity, second[1][0].facts["status"]) == ("page", "forged")


def test_two_holders_or_a_long_while_are_two_mistakes(at):
    timeline = [refused(at, 0, holder="a"), refused(at, 1, holder="b"), refused(at, 10.1, holder="a")]
    assert [reason for reason, _ in told(timeline)] == [Reason.FIRST_REFUSAL] * 3


def test_codes_that_pass_or_are_unknown_are_not_concerned(at):
    timeline = [refused(at, 0, verdict="pass"), refused(at, 1, "unknown"), at(2), at(3, verdict="stop")]
    assert {reason for reason, _ in told(timeline)} == {Reason.NOT_CONCERNED}


def test_late_refusals_are_a_notice(at):
    timeline = [refused(at, minute, holder="a", received=60) for minute in (0, 1)]
    (found,) = told(timeline)[1][1]
    assert (found.cause, found.severity, found.once) == ("late-refused:g1:2026-11-24", "notice", False)


def test_what_is_forgotten_leaves_nothing_behind(at):
    state = refused_code.State()
    for minute in range(0, 2000, 30):
        refused_code.judge(state, refused(at, minute, holder=f"h{minute}"), SETTINGS)
    assert len(state.of) == len(state.order) <= 4
