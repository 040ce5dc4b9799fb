"""The settings that reach the gates as their policy."""

from pathlib import Path

import pytest

from collector.alarms import rule_settings
from collector.policies import policy
from collector.settings import CollectorSettings
from kadian.messages import SiteLimits
from kadian.settings import ConfigRefused, load


@pytest.fixture
def settings(tmp_path):
    def read(screening=""):
        path = tmp_path / "office.toml"
        path.write_text(f'site = "here"\n[screening]\n{screening}', "utf-8")
        return load(path, CollectorSettings, {})

    return read


def test_without_a_word_the_wrist_and_the_neck_have_their_own_limits_and_a_rest_lasts_three_minutes(settings):
    made = policy(settings())
    assert (made.fever_celsius, made.site, made.rest_seconds) == (37.3, "forehead", 180)
    assert made.sites == {
        "wrist": SiteLimits(36.8, ambient_low=0.0),
        "neck": SiteLimits(37.3, ambient_low=0.0),
    }


def test_the_example_says_what_is_built_in():
    example = load(Path(__file__).parents[2] / "config" / "collector.toml", CollectorSettings, {})
    assert example.screening == CollectorSettings(site="x").screening


def test_what_the_office_sets_reaches_gates_and_rules_alike(settings):
    made = settings(
        'rest_seconds = 0\naccepted_formats = ["pass"]\n[screening.sites]\near = { fever_celsius = 38.0 }\n'
    )
    assert policy(made).sites == rule_settings(made).sites == {"ear": SiteLimits(38.0)}
    assert (policy(made).rest_seconds, policy(made).accepted_formats) == (0, ("pass",))
    assert policy(made).version != policy(settings()).version


def test_the_hints_are_the_offices_to_set_and_off_at_nought(settings):
    assert (policy(settings()).still_minutes, rule_settings(settings()).walking_ms) == (10, 60_000)
    made = settings("still_minutes = 0\nwalking_seconds = 90\n")
    assert (policy(made).still_minutes, rule_settings(made).walking_ms) == (0, 90_000)
    with pytest.raises(ConfigRefused):
        settings("walking_seconds = -1\n")


def test_a_rest_that_outlasts_the_time_for_a_second_reading_is_refused(settings):
    with pytest.raises(ConfigRefused) as refused:
        settings("rest_seconds = 900\nconfirm_within_seconds = 900\n")
    assert [problem.code for problem in refused.value.problems] == ["K0448"]
    assert "900" in refused.value.problems[0].what("zh")


@pytest.mark.parametrize("wrist", ["{ fever = 36.8 }", "{ fever_celsius = 36.8, ambient_lo = 0.0 }", "36.8", "{}"])
def test_a_misspelt_limit_of_a_site_is_refused_where_it_stands(settings, wrist):
    with pytest.raises(ConfigRefused) as refused:
        settings(f"[screening.sites]\nwrist = {wrist}\n")
    assert "wrist" in refused.value.lines()
