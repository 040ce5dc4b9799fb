"""The page about alarms names whatever there is."""

from pathlib import Path

import pytest

from collector.alerts.settings import Alerts
from collector.alerts.why import Why
from collector.rules.listing import looks, rules
from kadian.text import catalogue

PAGE = (Path(__file__).parents[3] / "docs" / "alarms.md").read_text("utf-8")


@pytest.mark.parametrize("name", [*rules(), *looks()])
def test_each_rule_is_on_the_page_and_has_a_sentence_in_both_languages(name):
    assert f"`{name}`" in PAGE
    assert all(f"rules.{name}" in catalogue(language) for language in ("zh", "en"))


@pytest.mark.parametrize("why", Why)
def test_each_reason_is_on_the_page_and_has_a_sentence_in_both_languages(why):
    assert f"`{why.value}`" in PAGE
    assert all(f"why.{why.value}" in catalogue(language) for language in ("zh", "en"))


@pytest.mark.parametrize("setting", sorted({*Alerts.__struct_fields__, "pushes_per_hour", "quiet"}))
def test_each_setting_that_decides_who_is_rung_is_on_the_page(setting):
    assert f"`{setting}`" in PAGE or f"`[alerts] {setting}`" in PAGE
