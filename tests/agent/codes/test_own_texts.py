from datetime import UTC, datetime

import pytest

from agent.codes.judge import judge
from agent.codes.judged import Trust
from agent.codes.resident import fits, is_identity
from kadian.messages import OwnTexts

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
TRUST = Trust(own_texts=OwnTexts(place=("PLACE-", "https://site.example/p/"), resident=("JC######", "@-##")))


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("PLACE-17", "place"),
        ("https://site.example/p/17", "place"),
        ("https://site.example/q/17", "url"),
        ("HTTP://EXAMPLE.ORG", "url"),
        ("see https://example.org", "text"),
        ("https://", "text"),
        ("JC001234", "resident_id"),
        ("JC00123", "text"),
        ("B-17", "resident_id"),
        ("11010519491231002X", "resident_id"),
        (" 11010519491231002x\n", "resident_id"),
        ("110105194912310021", "text"),
        ("11010519491331002X", "text"),
        ("健康码", "text"),
    ],
)
def test_a_text_that_proves_nothing_is_told_by_its_shape(text, format_):
    judged = judge(text, TRUST, NOW)
    assert (judged.format, judged.status) == (format_, "unverified")
    assert not judged.checks
    assert text.strip() not in repr(judged)


def test_a_place_is_nobody():
    assert judge("PLACE-17", TRUST, NOW).holder_source is None


def test_an_identity_number_is_one_holder_however_it_is_written():
    sources = {judge(text, TRUST, NOW).holder_source for text in ("11010519491231002X", " 11010519491231002x")}
    assert len(sources) == 1


def test_every_single_wrong_digit_of_an_identity_number_is_noticed():
    number = "11010519491231002X"
    for place in range(17):
        for digit in "0123456789":
            altered = number[:place] + digit + number[place + 1 :]
            assert is_identity(altered) == (altered == number)


@pytest.mark.parametrize(
    ("number", "shape", "fit"),
    [
        ("A1", "@#", True),
        ("a1", "@#", True),
        ("é1", "@#", False),
        ("A٣", "@#", False),
        ("#@", "#@", False),
        ("", "", True),
    ],
)
def test_a_shape_means_what_it_says(number, shape, fit):
    assert fits(number, shape) is fit


def test_without_a_site_there_are_no_places_and_only_national_numbers():
    assert judge("PLACE-17", Trust(), NOW).format == "text"
    assert judge("11010519491231002X", Trust(), NOW).format == "resident_id"
