"""Limits by kind and site, and what is too cold or too warm to be judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.screening import decide, judge
from agent.screening.limits import coldest_forehead, with_quality
from kadian.messages import Policy, SiteLimits, Temperature

POLICY = Policy("1", sites={"wrist": SiteLimits(36.8, ambient_low=0.0), "neck": SiteLimits(37.4, 36.0)})


@pytest.mark.parametrize(
    ("temperature", "judgement"),
    [
        (Temperature(37.29, "body_estimate", site="forehead"), "normal"),
        (Temperature(37.3, "body_estimate", site="forehead"), "high"),
        (Temperature(36.8, "body_estimate", site="wrist"), "high"),
        (Temperature(36.79, "body_estimate", site="wrist"), "normal"),
        (Temperature(37.39, "body_estimate", site="neck"), "normal"),
        (Temperature(37.3, "contact", site="armpit"), "high"),
        (Temperature(36.0, "surface", site="neck"), "high"),
        (Temperature(36.0, "surface", site="wrist"), "no_limit"),
        (Temperature(36.0, "surface", site="ear"), "no_limit"),
    ],
)
def test_each_site_has_its_own_limit(temperature, judgement):
    assert judge(temperature, POLICY) == judgement


def test_a_wrist_kept_warm_by_the_sleeve_is_judged_in_the_cold_and_a_forehead_is_not():
    assert judge(Temperature(36.5, "body_estimate", site="wrist", ambient=4.0), POLICY) == "normal"
    assert judge(Temperature(36.5, "body_estimate", site="wrist", ambient=-1.0), POLICY) == "cold"
    assert judge(Temperature(36.5, "body_estimate", site="forehead", ambient=4.0), POLICY) == "cold"


@pytest.mark.parametrize(("ambient", "coldest"), [(25.0, 32.66), (20.0, 31.73), (30.0, 33.09), (None, 30.986)])
def test_a_forehead_colder_than_a_body_explains_is_no_result_and_never_normal(ambient, coldest):
    assert coldest_forehead(ambient) == pytest.approx(coldest)
    for kind, celsius in (("surface", coldest - 0.01), ("body_estimate", 36.4)):
        reading = Temperature(celsius, kind, site="forehead", surface=coldest - 0.01, ambient=ambient)
        assert judge(reading, POLICY) == "cold"
        assert decide(reading, None, None, POLICY, 0.0).verdict == "none"
    assert judge(Temperature(coldest + 0.01, "surface", site="forehead", ambient=ambient), POLICY) == "normal"


@pytest.mark.parametrize(("celsius", "judgement"), [(34.99, "cold"), (35.0, "normal"), (43.0, "high"), (43.01, "hot")])
def test_a_body_value_that_no_standing_body_has_is_no_result(celsius, judgement):
    assert judge(Temperature(celsius, "body_estimate"), POLICY) == judgement
    assert judge(Temperature(celsius, "contact", site="armpit"), POLICY) == judgement


@given(
    st.floats(20, 50),
    st.sampled_from(["surface", "body_estimate", "contact", "ambient"]),
    st.sampled_from(["forehead", "wrist", "neck", "armpit"]),
    st.none() | st.floats(-20, 50),
    st.sampled_from(["ok", "cold", "hot", "moving", "stale"]),
)
def test_only_an_ok_value_passes_or_is_high_and_no_value_is_ever_changed(celsius, kind, site, ambient, quality):
    given_ = Temperature(celsius, kind, site=site, ambient=ambient, quality=quality)
    marked = with_quality(given_, POLICY)
    assert (marked.celsius, marked.surface, marked.ambient) == (celsius, given_.surface, ambient)
    verdict = decide(marked, None, None, POLICY, 0.0).verdict
    assert (verdict == "none") == (marked.quality != "ok" or judge(marked, POLICY) == "no_limit")
    if quality != "ok":
        assert verdict == "none"
