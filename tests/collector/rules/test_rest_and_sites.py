"""What the office makes of a rest that is not over, and of limits that differ by site of measurement."""

from uuid import UUID

import pytest

from collector.rules import confirmed_fever
from collector.rules.reason import Reason
from collector.rules.rule import RuleSettings
from kadian.messages import SiteLimits

SETTINGS = RuleSettings(names={"g1": "正门"}, sites={"wrist": SiteLimits(36.8)})


def reasons(*timeline):
    state = confirmed_fever.State()
    return [confirmed_fever.explain(state, stored, SETTINGS)[0] for stored in timeline]


def test_a_reading_before_the_rest_is_over_rings_nobody_and_the_one_after_it_does(at):
    first = at(0, 38.0, holder="h")
    early = at(1, 38.2, holder="h", of=1, reasons=("rest_not_over",))
    second = at(4, 38.1, holder="h", of=2, verdict="stop", reasons=("fever_confirmed",))
    assert reasons(first, early, second) == [Reason.FIRST_HIGH, Reason.REST_NOT_OVER, Reason.CONFIRMED_BY_SECOND]
    state = confirmed_fever.State()
    (found,) = [one for stored in (first, early, second) for one in confirmed_fever.judge(state, stored, SETTINGS)]
    assert found.cause == f"fever:{UUID(int=1)}"


def test_a_normal_reading_before_the_rest_is_over_clears_nothing(at):
    early = at(1, 36.5, holder="h", of=1, reasons=("rest_not_over",))
    assert reasons(at(0, 38.0, holder="h"), early, at(4, 38.1, holder="h"))[-1] is Reason.CONFIRMED_BY_SECOND
    normal = at(11, 36.5, holder="i")
    assert reasons(at(10, 38.0, holder="i"), normal, at(14, 38.1, holder="i"))[-1] is Reason.FIRST_HIGH


@pytest.mark.parametrize("site", ["forehead", None])
def test_a_fever_of_the_wrist_is_one_by_the_wrists_limit_alone(at, site):
    assert reasons(at(0, 36.9, holder="h", site="wrist"), at(4, 36.9, holder="h", site="wrist")) == [
        Reason.FIRST_HIGH,
        Reason.CONFIRMED_BY_SECOND,
    ]
    assert reasons(at(0, 36.9, holder="h", site=site)) == [Reason.NORMAL]


def test_a_bare_surface_has_a_limit_only_where_one_was_made_for_it(at):
    assert reasons(at(0, 36.0, kind="surface", site="forehead")) == [Reason.FIRST_HIGH]
    assert reasons(at(0, 36.0, kind="surface", site="wrist")) == [Reason.NO_RESULT]
    assert reasons(at(0, 36.0, kind="surface", site="neck")) == [Reason.NO_RESULT]
