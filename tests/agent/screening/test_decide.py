"""What the gate says to one person."""

import pytest

from agent.screening import Reason, Rest, judge
from agent.screening import decide as decide_at
from agent.screening.limits import with_quality
from kadian.identifiers import new_id
from kadian.messages import Code, Policy, Temperature

POLICY = Policy("1")
FIRST = new_id()
EARLIER = Rest(FIRST, FIRST, 0.0, 0.0, 38.0)
RESTED, RESTING = 180.0, 179.9
GOOD = Code("pass", "valid", "h1")
FORGED = Code("pass", "forged", "h1")


def decide(temperature, code, rest, policy, moment=RESTED):
    return decide_at(temperature, code, rest, policy, moment)


def at(celsius, kind="body_estimate", ambient=22.0, quality="ok"):
    return Temperature(celsius, kind, ambient=ambient, quality=quality)


def test_a_normal_temperature_passes_without_a_reason():
    assert decide(at(36.5), None, None, POLICY) == ("pass", ())


def test_a_first_high_reading_asks_for_a_second():
    assert decide(at(37.3), None, None, POLICY) == ("recheck", (Reason.TEMPERATURE_HIGH,))


def test_a_second_high_reading_of_the_same_person_confirms_a_fever():
    assert decide(at(37.3), GOOD, EARLIER, POLICY) == ("stop", (Reason.FEVER_CONFIRMED,))


def test_a_normal_second_reading_clears():
    assert decide(at(36.5), GOOD, EARLIER, POLICY) == ("pass", (Reason.CLEARED,))


@pytest.mark.parametrize(
    ("temperature", "judgement"),
    [
        (at(37.29), "normal"),
        (at(37.3, "contact"), "high"),
        (at(35.6, "surface"), "high"),
        (at(35.59, "surface"), "normal"),
        (at(40.0, "ambient"), "no_limit"),
        (at(40.0, ambient=None), "high"),
        (at(40.0, ambient=15.9), "cold"),
        (at(40.0, ambient=16.0), "high"),
        (at(40.0, ambient=35.0), "high"),
        (at(40.0, ambient=35.1), "hot"),
        (at(40.0, quality="moving"), "moving"),
        (at(40.0, ambient=2.0, quality="stale"), "stale"),
    ],
)
def test_each_kind_has_its_own_limit_and_only_ok_is_judged(temperature, judgement):
    assert judge(temperature, POLICY) == judgement
    marked = with_quality(temperature, POLICY)
    assert judge(marked, POLICY) == judgement
    assert marked.celsius == temperature.celsius


def test_a_surface_without_a_limit_gives_no_result():
    assert decide(at(40.0, "surface"), None, None, Policy("1", surface_fever_celsius=None)) == (
        "none",
        (Reason.NO_LIMIT,),
    )


@pytest.mark.parametrize(
    ("temperature", "reason"),
    [
        (at(39.0, ambient=0.0), Reason.TOO_COLD),
        (at(39.0, ambient=40.0), Reason.TOO_HOT),
        (at(39.0, quality="moving"), Reason.MOVING),
        (at(39.0, quality="stale"), Reason.STALE),
    ],
)
def test_what_cannot_be_judged_is_no_result_even_the_second_time(temperature, reason):
    assert decide(temperature, None, EARLIER, POLICY) == ("none", (reason,))


def test_a_refused_code_stops_whatever_the_temperature():
    assert decide(at(36.5), FORGED, None, POLICY) == ("stop", (Reason.CODE_REFUSED,))
    assert decide(at(38.5), FORGED, None, POLICY) == ("stop", (Reason.CODE_REFUSED, Reason.TEMPERATURE_HIGH))
    assert decide(at(36.5, quality="moving"), FORGED, None, POLICY).verdict == "stop"
    assert decide(None, FORGED, None, POLICY).verdict == "stop"


def test_a_required_code_that_is_missing_asks_again_and_an_optional_one_does_not():
    required = Policy("1", code="required")
    assert decide(at(36.5), None, None, required) == ("recheck", (Reason.CODE_MISSING,))
    assert decide(at(36.5), GOOD, None, required).verdict == "pass"
    assert decide(at(36.5), None, None, POLICY).verdict == "pass"


@pytest.mark.parametrize(
    ("code", "accepted", "enough"),
    [
        (Code("pass", "valid", "h"), (), True),
        (Code("dcc", "valid", "h"), (), True),
        (Code("text", "unverified", "h"), (), False),
        (Code("text", "unverified", "h", colour="green"), (), True),
        (Code("url", "unverified", "h", colour="green"), (), True),
        (Code("url", "unverified", "h", colour="amber"), (), False),
        (Code("url", "unverified", "h", colour="red"), (), False),
        (Code("url", "unverified", "h", colour="unknown"), (), False),
        (Code("place", "unverified", None, colour="green"), (), False),
        (Code("resident_id", "unverified", "h", colour="green"), (), False),
        (Code("dcc", "unknown_key", "h", colour="green"), (), False),
        (Code("pass", "unknown_key", "h"), (), False),
        (Code("text", "unverified", "h"), ("text",), True),
        (Code("dcc", "valid", "h"), ("pass",), False),
        (Code("pass", "unknown_key", "h"), ("pass",), False),
    ],
)
def test_where_a_code_is_required_it_has_to_prove_something_or_to_be_of_an_accepted_format(code, accepted, enough):
    required = Policy("1", code="required", accepted_formats=accepted)
    expected = ("pass", ()) if enough else ("recheck", (Reason.CODE_UNVERIFIED,))
    assert decide(at(36.5), code, None, required) == expected
    assert decide(at(36.5), code, None, POLICY) == ("pass", ())


def test_who_has_shown_a_code_before_the_rest_need_not_show_it_again():
    required = Policy("1", code="required")
    assert decide(at(36.5), None, EARLIER, required).verdict == "recheck"
    assert decide(at(36.5), None, EARLIER._replace(proven=True), required) == ("pass", (Reason.CLEARED,))


def test_before_the_rest_is_over_nothing_is_decided_unless_a_contact_thermometer_says_it():
    for celsius in (36.5, 38.5):
        assert decide(at(celsius), None, EARLIER, POLICY, RESTING) == ("recheck", (Reason.REST_NOT_OVER,))
    assert decide(at(38.5, "contact"), None, EARLIER, POLICY, RESTING) == ("stop", (Reason.FEVER_CONFIRMED,))
    assert decide(at(36.5, "contact"), None, EARLIER, POLICY, RESTING) == ("pass", (Reason.CLEARED,))
    assert decide(at(38.5, "contact"), None, None, POLICY) == ("recheck", (Reason.TEMPERATURE_HIGH,))


def test_a_code_judged_by_an_old_list_passes_and_says_so():
    old = Code("pass", "valid", "h1", old_list=True)
    assert decide(at(36.5), old, None, POLICY) == ("pass", (Reason.TRUST_LIST_OLD,))
    assert decide(at(37.3), old, None, POLICY).reasons == (Reason.TEMPERATURE_HIGH, Reason.TRUST_LIST_OLD)


def test_a_health_code_that_has_not_changed_is_hinted_at_and_changes_no_verdict():
    still = Code("url", "unverified", "h", colour="green", shown_again=True)
    required = Policy("1", code="required")
    for policy in (POLICY, required):
        assert decide(at(36.5), still, None, policy) == ("pass", (Reason.CODE_SHOWN_AGAIN,))
        assert decide(at(37.3), still, None, policy) == ("recheck", (Reason.TEMPERATURE_HIGH, Reason.CODE_SHOWN_AGAIN))
    assert decide(at(36.5), still, None, Policy("1", code="off")) == ("pass", ())


def test_codes_are_not_looked_at_where_they_are_off():
    assert decide(at(36.5), FORGED, None, Policy("1", code="off")).verdict == "pass"


def test_every_reason_has_its_word_as_a_value():
    assert {str(reason) for reason in Reason} >= {"temperature_high", "fever_confirmed", "code_refused", "too_cold"}
    for reason in Reason:
        assert reason.sentence("zh") != reason.sentence("en") != f"reason.{reason}"
